using System.Diagnostics.Metrics;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>How snapshots ended and what they cost the application, from what the sidecar wrote into them.</summary>
internal static class SnapshotMetrics
{
    public static readonly Meter Meter = new("ChatOps.Bot.Snapshots");

    private const string Good = "succeeded", CheckFailed = "check_failed", Failed = "failed";

    private static readonly Counter<long> Snapshots = Meter.CreateCounter<long>(
        "chatops.snapshots", null, "Snapshots that came to an end, by which.");

    private static readonly Histogram<double> Held = Meter.CreateHistogram(
        "chatops.snapshot.held", "s", "How long databases were held still for a snapshot.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120] });

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "chatops.snapshot.duration", "s", "How long a snapshot took from its start to its end.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600] });

    /// <summary>Begins every count of a target at zero, or the first failure would look like no increase at all.</summary>
    public static void Declare(string target)
    {
        foreach (var end in (string[])[Good, CheckFailed, Failed]) Count(target, end, 0);
    }

    /// <param name="known">Whether the target is declared: a label is no place for what anybody may write into a resource.</param>
    public static void Ended(Snapshot snapshot, bool known)
    {
        var target = known ? snapshot.Spec.Target : "undeclared";
        var status = snapshot.Status;
        Count(target, status.Phase == SnapshotPhase.Failed ? Failed : status.FailedChecks is { Count: > 0 } ? CheckFailed : Good, 1);
        if (status.HeldMilliseconds is { } held) Held.Record(held / 1000.0, Label(target));
        if (status is { StartedAt: { } from, FinishedAt: { } to }) Durations.Record((to - from).TotalSeconds, Label(target));
    }

    private static void Count(string target, string end, int by) => Snapshots.Add(by, Label(target), new("end", end));

    private static KeyValuePair<string, object?> Label(string target) => new("target", target);
}
