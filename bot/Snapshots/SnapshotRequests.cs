using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// Asks the sidecar of a target for a snapshot. Its name derives from the invocation: a delivery repeated makes no second one.
/// </summary>
internal sealed class SnapshotRequests(IKubernetesClient client, SnapshotBoard board, TimeProvider time, ILogger<SnapshotRequests> log)
{
    private const int ShortDigest = 6;

    /// <summary>Null when it was made now; else the one that an earlier delivery of the same wish made.</summary>
    public async Task<Snapshot?> CreateAsync(
        Target target, string requestedBy, string invocationId, MessageReference message, CancellationToken ct)
    {
        if (target.Home is null)
        {
            throw new FaultException(new(
                "NoHome", $"{target.Name} has no data in the care of a sidecar", "Declare home: for this target in chatops.yaml"));
        }
        if (board.Of(target.Name).FirstOrDefault(s => IsFor(s, invocationId)) is { } known) return known;
        for (var digest = ShortDigest; ; digest += ShortDigest)
        {
            var name = Name(target.Name, invocationId, digest);
            try
            {
                var body = Body(name, target, requestedBy, invocationId, message);
                var made = await client.CreateAsync(ChatOpsKinds.Snapshots, target.Namespace, body, ct);
                // The sidecar's log names the same three: a request can be followed from the chat to the archive.
                log.LogInformation("{Id}: asked for {Namespace}/{Name} ({Uid})", invocationId, target.Namespace, name, made.Metadata.Uid);
                return null;
            }
            catch (ApiException e) when (e.AlreadyExists && digest < 10 * ShortDigest)
            {
                // The same wish, delivered twice; or, once in millions, another of this day with the same short digest.
                var taken = await client.FindAsync(ChatOpsKinds.Snapshots, target.Namespace, name, ct);
                if (taken is not null && IsFor(taken, invocationId)) return taken;
            }
        }
    }

    /// <summary>Named after its moment, so that however often this is tried there is one. Returns the name.</summary>
    /// <param name="protect">Archives that stay whatever the schedule's rules say.</param>
    public async Task<string> CreateScheduledAsync(
        Target target, SnapshotSchedule schedule, DateTimeOffset moment, IEnumerable<string> protect, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{schedule.Metadata.Name}-{moment.UtcDateTime:yyyyMMddHHmm}");
        // Nobody asked for it in a chat: its trace begins here.
        using var span = Spans.Begin("scheduled snapshot", ActivityKind.Producer, null)
            .SetTag("chatops.target", target.Name).SetTag("chatops.schedule", schedule.Metadata.Name);
        var scheduledAt = moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var annotations = new JsonObject { [ChatOpsKinds.ScheduledAtAnnotation] = scheduledAt };
        if (schedule.Spec.Notify is { } notify) annotations[ChatOpsKinds.NotifyAnnotation] = string.Join(',', notify);
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject
                {
                    [ChatOpsKinds.TargetLabel] = target.Name,
                    [ChatOpsKinds.ScheduleLabel] = schedule.Metadata.Name,
                },
                ["annotations"] = annotations.WithTrace(),
            },
            ["spec"] = ScheduledSpec(target, schedule, protect),
        };
        try
        {
            await client.CreateAsync(ChatOpsKinds.Snapshots, target.Namespace, body, ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // Made by an earlier try, or by another run of the bot.
        }
        return name;
    }

    private static JsonObject ScheduledSpec(Target target, SnapshotSchedule schedule, IEnumerable<string> protect)
    {
        var spec = new JsonObject
        {
            ["target"] = target.Name,
            ["reason"] = "scheduled",
            ["requestedBy"] = $"schedule:{schedule.Metadata.Name}",
        };
        if (schedule.Spec.Retention is not { IsEmpty: false } rules) return spec;
        spec["retention"] = JsonSerializer.SerializeToNode(rules, ResourceJson.Default.RetentionRules);
        spec["protect"] = new JsonArray([.. protect.Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))]);
        return spec;
    }

    private static bool IsFor(Snapshot snapshot, string invocationId) =>
        snapshot.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation) == invocationId;

    private static JsonObject Body(string name, Target target, string requestedBy, string invocationId, MessageReference message) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = target.Name },
            ["annotations"] = new JsonObject
            {
                [ChatOpsKinds.InvocationAnnotation] = invocationId,
                [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation([message]),
            }.WithTrace(),
        },
        ["spec"] = new JsonObject { ["target"] = target.Name, ["reason"] = "manual", ["requestedBy"] = requestedBy },
    };

    private string Name(string target, string invocationId, int length)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(invocationId)))[..length];
        var day = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return $"{target}-{day}-{digest}";
    }
}
