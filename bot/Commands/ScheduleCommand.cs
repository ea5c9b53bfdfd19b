using System.Text.Json.Nodes;
using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>Snapshots at moments given in advance: shows the schedules, sets one, pauses and resumes it, runs it now, says
/// which snapshots stay, removes it.</summary>
internal sealed class ScheduleCommand(
    BotSettings settings, AccessRules access, IKubernetesClient client, SnapshotRequests requests,
    ScheduleRetention retention, TimeProvider time)
    : ICommand
{
    private const string Usage = "Write /schedule set TARGET \"0 3 * * *\" Europe/Berlin";

    private static readonly string[] Actions = ["list", "set", "pause", "resume", "run", "retention", "accept", "remove"];

    public CommandDeclaration Declaration { get; } = new(
        "schedule", "snapshots that are taken by themselves", Permission.View,
        new CommandOption("action", "what to do; without it, list", OptionKind.Choice) { Choices = Actions },
        TargetOption.Optional,
        new CommandOption("when", "minute hour day month weekday, in quotes: \"0 3 * * *\"", OptionKind.Text),
        new CommandOption("zone", "a time zone, such as Europe/Berlin; without it, UTC", OptionKind.Text),
        new CommandOption("rules", "which snapshots stay, in quotes: \"last 3, daily 7, weekly 4\"; none keeps all", OptionKind.Text),
        new CommandOption("use", "write the rules; without it they are only tried", OptionKind.Choice) { Choices = ["yes"] });

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        if (call["action"] is null or "list") return await ListAsync(call, ct);
        var target = TargetOption.Resolve(settings, access, call, Permission.Snapshot);
        if (target.Home is null)
        {
            throw new FaultException(new(
                "NoHome", $"{target.Name} has no data in the care of a sidecar", "Declare home: for this target in chatops.yaml"));
        }
        switch (call["action"])
        {
            case "set":
                return await SetAsync(target, call, ct);
            case "run":
                return await SnapshotCommand.TakeAsync(requests, target, call, ct);
            case "retention":
                return await retention.SetAsync(
                    target, await ExistingAsync(target, ct), call["rules"] ?? call["when"], call["use"] == "yes", ct);
            case "accept":
                return await retention.AcceptAsync(target, await ExistingAsync(target, ct), call["rules"] ?? call["when"], ct);
            case "remove":
                var gone = await ExistingAsync(target, ct);
                await client.DeleteAsync(ChatOpsKinds.SnapshotSchedules, target.Namespace, gone.Metadata.Name, new Deletion(), ct);
                return new Card(CardState.Succeeded, $"Schedule {gone.Metadata.Name} is removed") { Lines = ["Its snapshots stay."] };
            default:
                var body = new JsonObject { ["spec"] = new JsonObject { ["suspend"] = call["action"] == "pause" } };
                var seen = await ExistingAsync(target, ct);
                return ScheduleCards.Set(
                    await client.PatchAsync(ChatOpsKinds.SnapshotSchedules, target.Namespace, seen.Metadata.Name, Patch.Merge(body), ct),
                    time.GetUtcNow());
        }
    }

    private async Task<Card> ListAsync(CommandCall call, CancellationToken ct)
    {
        var targets = call["target"] is null
            ? access.Visible(call.Person)
            : [TargetOption.Resolve(settings, access, call, Permission.View)];
        var found = new List<SnapshotSchedule>();
        foreach (var target in targets.Where(t => t.Home is not null)) found.AddRange(await OfAsync(target, ct));
        return ScheduleCards.List(found, time.GetUtcNow());
    }

    /// <summary>From chat a target has one schedule, which bears its name; more can be made with kubectl.</summary>
    private async Task<Reply> SetAsync(Target target, CommandCall call, CancellationToken ct)
    {
        var when = call["when"] ?? throw new FaultException(new("NoSchedule", "when is missing", Usage));
        var cron = CronSchedule.Parse(when, call["zone"]);
        if (cron.Fault is { } misfit) throw new FaultException(misfit);
        var spec = new JsonObject { ["target"] = target.Name, ["schedule"] = cron.Value.Text, ["suspend"] = false };
        if (call["zone"] is { } zone) spec["timeZone"] = zone;
        var wanted = new JsonObject
        {
            ["apiVersion"] = ChatOpsKinds.SnapshotSchedules.ApiVersion,
            ["kind"] = "SnapshotSchedule",
            ["metadata"] = new JsonObject
            {
                ["name"] = target.Name,
                ["namespace"] = target.Namespace,
                ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = target.Name },
            },
            ["spec"] = spec,
        };
        var set = await client.PatchAsync(
            ChatOpsKinds.SnapshotSchedules, target.Namespace, target.Name, Patch.Apply(wanted, force: true), ct);
        return ScheduleCards.Set(set, time.GetUtcNow());
    }

    private async Task<SnapshotSchedule> ExistingAsync(Target target, CancellationToken ct) =>
        await OfAsync(target, ct) is [var first, ..]
            ? first
            : throw new FaultException(new("NoSchedule", $"{target.Name} has no schedule", Usage));

    /// <summary>Asked of the API server: one set a moment ago is there, one removed is not. The one that chat made comes first.</summary>
    private async Task<IReadOnlyList<SnapshotSchedule>> OfAsync(Target target, CancellationToken ct) =>
        [.. (await client.ListAsync(ChatOpsKinds.SnapshotSchedules, target.Namespace, Selection.All, ct)).Items
            .Where(s => s.Spec.Target == target.Name).OrderByDescending(s => s.Metadata.Name == target.Name)];
}
