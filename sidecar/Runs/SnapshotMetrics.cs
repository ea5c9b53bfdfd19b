using System.Diagnostics.Metrics;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>How the snapshots of this sidecar ended and what they cost.</summary>
internal static class SnapshotMetrics
{
    public static readonly Meter Meter = new("ChatOps.Sidecar.Runs");

    private const string Good = "succeeded", CheckFailed = "check_failed", Failed = "failed";

    private static readonly Counter<long> Snapshots = Meter.CreateCounter<long>(
        "chatops.sidecar.snapshots", null, "Snapshots that came to an end, by which.");

    private static readonly Counter<long> BytesIn = Meter.CreateCounter<long>(
        "chatops.sidecar.snapshot.read", "By", "Bytes of the home that went into archives.");

    private static readonly Counter<long> BytesOut = Meter.CreateCounter<long>(
        "chatops.sidecar.snapshot.stored", "By", "Bytes of archives, compressed and encrypted.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "chatops.sidecar.snapshot.duration", "s", "How long a snapshot took, verification included.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600] });

    private static readonly Histogram<double> Held = Meter.CreateHistogram(
        "chatops.sidecar.snapshot.held", "s", "How long databases were held still.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120] });

    private static readonly Histogram<long> WalGrowth = Meter.CreateHistogram(
        "chatops.sidecar.wal.growth", "By", "By how much a WAL grew while its database was held still.", null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 65536, 1 << 20, 16 << 20, 128 << 20, 1 << 30] });

    /// <summary>Begins every count at zero, or the first failure would look like no increase at all.</summary>
    public static void Declare(string target)
    {
        foreach (var end in (string[])[Good, CheckFailed, Failed]) Count(target, end, 0);
    }

    public static void Ended(string target, Outcome<Manifest> outcome, TimeSpan took)
    {
        Durations.Record(took.TotalSeconds, Label(target));
        if (!outcome.Succeeded)
        {
            Count(target, Failed, 1);
            return;
        }
        var manifest = outcome.Value;
        Count(target, manifest.Verification.Failures.Count > 0 ? CheckFailed : Good, 1);
        BytesIn.Add(manifest.BytesIn, Label(target));
        BytesOut.Add(manifest.BytesOut, Label(target));
        Held.Record(manifest.PinnedMilliseconds / 1000, Label(target));
        foreach (var database in manifest.Databases.Where(d => d.Live)) WalGrowth.Record(database.WalGrowthBytes, Label(target));
    }

    private static void Count(string target, string end, int by) => Snapshots.Add(by, Label(target), new("end", end));

    private static KeyValuePair<string, object?> Label(string target) => new("target", target);
}
