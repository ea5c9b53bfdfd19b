using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Tells on the workload itself what a Change does to it, so that <c>kubectl describe</c> says who did that and why.</summary>
internal sealed class ChangeEvents(EventSink sink, BotSettings settings, StrategyCatalog strategies)
{
    /// <summary>Tells of the phase a change has entered, if it is one that matters to its workload; returns at once.</summary>
    public void Tell(Change change, CancellationToken ct)
    {
        if (Reason(change.Status) is not { } reason || !settings.Targets.TryGetValue(change.Spec.Target, out var target)) return;
        _ = TellAsync(change, target, reason, ct);
    }

    /// <summary>What stands in the column Message.</summary>
    public static string Message(Change change)
    {
        var outcome = change.Status switch
        {
            { Phase: ChangePhase.RolledBack, Error: { } why } => $": undone: {why.Message}",
            { Phase: ChangePhase.Failed, Error: { } why } => $": failed: {why.ToFault()}",
            { Phase: ChangePhase.Succeeded, OtherImage: { } other } => $": {other}",
            _ => "",
        };
        return $"{ChangeCards.Title(change)}{outcome} ({ChangeCards.By(change)})";
    }

    private async Task TellAsync(Change change, Target target, string reason, CancellationToken ct)
    {
        try
        {
            if (await strategies.For(target).ReadRawAsync(target, ct) is not { } workload) return;
            var about = Reference(workload);
            var isGood = change.Status is { Phase: not (ChangePhase.RolledBack or ChangePhase.Failed), OtherImage: null };
            if (!isGood) sink.Warning(about, reason, Message(change));
            else sink.Normal(about, reason, Message(change));
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException or FaultException)
        {
            // An event is worth one try; the Change itself says how it went.
        }
    }

    private static ObjectReference Reference(JsonObject workload) => new()
    {
        ApiVersion = (string?)workload["apiVersion"],
        Kind = (string?)workload["kind"],
        Namespace = (string?)workload["metadata"]?["namespace"],
        Name = (string?)workload["metadata"]?["name"],
        Uid = (string?)workload["metadata"]?["uid"],
    };

    private static string? Reason(ChangeStatus status) => status switch
    {
        { Phase: ChangePhase.Running } => "ChangeStarted",
        { Phase: ChangePhase.Succeeded, OtherImage: not null } => "OtherImageRuns",
        { Phase: ChangePhase.Succeeded } => "ChangeSucceeded",
        { Phase: ChangePhase.RolledBack } => "ChangeRolledBack",
        { Phase: ChangePhase.Failed } => "ChangeFailed",
        _ => null,
    };
}
