using System.Diagnostics.Metrics;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>How changes ended.</summary>
internal static class ChangeMetrics
{
    public static readonly Meter Meter = new("ChatOps.Bot.Changes");

    private static readonly Counter<long> Changes = Meter.CreateCounter<long>(
        "chatops.changes", null, "Changes that came to an end, by which.");

    private static readonly Histogram<double> Downtimes = Meter.CreateHistogram(
        "chatops.change.downtime", "s", "Time in which no pod was ready during a change that ran, as measured.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 5, 10, 30, 60, 90, 120, 300, 900] });

    /// <param name="known">Whether the target is declared: a label is no place for what anybody may write into a resource.</param>
    public static void Ended(Change change, bool known)
    {
        var target = new KeyValuePair<string, object?>("target", known ? change.Spec.Target : "undeclared");
        var action = change.Spec.Action is "deploy" or "rollback" or "restore" or "attach" or "detach" ? change.Spec.Action : "other";
        Changes.Add(1, target, new("action", action), new("end", EndName(change.Status.Phase)));
        if (change.Status.DowntimeSeconds is { } downtime) Downtimes.Record(downtime, target);
    }

    private static string EndName(ChangePhase phase) =>
        phase == ChangePhase.RolledBack ? "rolled_back" : phase.ToString().ToLowerInvariant();
}
