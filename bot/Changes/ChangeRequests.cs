using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Access;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Turns a wish into a Change with its plan. The same wish delivered twice makes one Change.</summary>
internal sealed class ChangeRequests(
    IKubernetesClient client, ChangeBoard board, SnapshotBoard snapshots, Planner planner, TimeProvider time)
{
    /// <summary>Annotation: the opaque ids of the approval buttons, single use because the phase they need does not return.</summary>
    public const string ButtonsAnnotation = $"{ChatOpsKinds.Group}/buttons";

    private const int MostTries = 20;

    public async Task<Change> CreateAsync(ChangeWish wish, CancellationToken ct)
    {
        var first = board.Informer.Items.FirstOrDefault(c => c.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation) == wish.InvocationId);
        if (first is not null) return first;
        var plan = await planner.PlanAsync(wish.Target, wish.Action, wish.Parameters, ct);
        if (plan.Gates.FirstOrDefault(g => g.Verdict == "fail") is { } shut)
            throw new FaultException(new("GateShut", $"{wish.Action} {wish.Target.Name} is not possible now: {shut.Message}"));
        var number = ChangeNumbers.Next(board.Informer.Items, snapshots.Informers.SelectMany(i => i.Items).Select(s => s.Metadata.Name));
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await client.CreateAsync(ChatOpsKinds.Changes, board.Namespace, Body(wish, plan, number), ct);
            }
            catch (ApiException e) when (e.AlreadyExists && tries < MostTries)
            {
                // Another request took this number in the same moment, or our own did and its answer was lost.
                var taken = await client.FindAsync(ChatOpsKinds.Changes, board.Namespace, NameOf(number), ct);
                if (taken?.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation) == wish.InvocationId) return taken!;
                number++;
            }
        }
    }

    /// <summary>
    /// The action a button of this change stands for, <c>approve</c> or <c>deny</c>; null when it is not one of its buttons.
    /// </summary>
    public static string? ActionOf(Change change, string button) =>
        Buttons(change).Where(b => CryptographicOperations.FixedTimeEquals(Bytes(b.Id), Bytes(button)))
            .Select(b => b.Action).FirstOrDefault();

    public static IReadOnlyList<(string Id, string Action)> Buttons(Change change)
    {
        if (change.Metadata.Annotation(ButtonsAnnotation) is not { } json) return [];
        try
        {
            var map = JsonSerializer.Deserialize(json, ResourceJson.Default.DictionaryStringString);
            return [.. (map ?? []).Where(b => b is { Key.Length: > 0, Value.Length: > 0 }).Select(b => (b.Key, b.Value))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private JsonObject Body(ChangeWish wish, ChangePlan plan, long number)
    {
        var approvals = wish.Target.Approvals;
        var spec = new ChangeSpec
        {
            Target = wish.Target.Name,
            Action = wish.Action,
            Number = number,
            Parameters = wish.Parameters,
            Plan = plan,
            RequestedBy = new Requester { Person = wish.Person.Name, Platform = wish.Message.Platform, DisplayName = wish.Person.Name },
            Approvals = new ApprovalRule
            {
                Required = approvals.Count,
                Role = approvals.Count > 0 ? approvals.Role : null,
                SelfApproval = approvals.Self,
                ExpiresAt = approvals.Count > 0 ? time.GetUtcNow() + approvals.Expire : null,
            },
        };
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(number),
                ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = wish.Target.Name },
                ["annotations"] = new JsonObject
                {
                    [ChatOpsKinds.InvocationAnnotation] = wish.InvocationId,
                    [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation([wish.Message]),
                    [ButtonsAnnotation] = new JsonObject { [NewId()] = "approve", [NewId()] = "deny" }.ToJsonString(),
                }.WithTrace(),
            },
            ["spec"] = JsonSerializer.SerializeToNode(spec, ResourceJson.Default.ChangeSpec),
        };
    }

    private static string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"change-{number}");

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
}

/// <summary>What somebody asked for, before it has a plan.</summary>
internal sealed record ChangeWish(
    string InvocationId, Person Person, Target Target, string Action,
    IReadOnlyDictionary<string, string> Parameters, MessageReference Message);
