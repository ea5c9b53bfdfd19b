using System.Diagnostics.Metrics;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Settings;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// How well protected each target with a home is, as the board shows it at the moment somebody asks. A bot that stands by has no board.
/// </summary>
internal sealed class SnapshotGauges : IDisposable
{
    public SnapshotGauges(SnapshotBoard board, BotSettings settings, Leader leader, TimeProvider time)
    {
        IEnumerable<Measurement<double>> Each(Func<string, double?> measure) =>
            [.. from target in settings.Targets.Values.Where(t => leader.IsSelf && t.Home is not null)
                let value = measure(target.Name)
                where value is not null
                select new Measurement<double>(value.Value, new KeyValuePair<string, object?>("target", target.Name))];
        double? Age(string target) => board.NewestOf(target)?.Status.CutTime is { } cut
            ? Math.Max(0, (time.GetUtcNow() - cut).TotalSeconds)
            : double.PositiveInfinity;
        double? Newest(string target) =>
            board.Of(target).FirstOrDefault(s => s.Status.IsFinal) is { } newest ? IsGood(newest) ? 1 : 0 : null;
        Meter.CreateObservableGauge(
            "chatops.snapshot.last_good.age", () => Each(Age), "s",
            "Age of the newest snapshot that can be relied on; +Inf when there is none.");
        double? Held(string target) => board.NewestOf(target)?.Status.HeldMilliseconds / 1000.0;
        Meter.CreateObservableGauge(
            "chatops.snapshot.newest_held", () => Each(Held), "s",
            "How long databases were held still for the newest snapshot that can be relied on.");
        Meter.CreateObservableGauge(
            "chatops.snapshot.newest_good", () => Each(Newest), null,
            "1 when the newest snapshot that ended can be relied on, 0 when not.");
    }

    public Meter Meter { get; } = new("ChatOps.Bot.Snapshots.Board");

    public void Dispose() => Meter.Dispose();

    private static bool IsGood(Snapshot snapshot) => snapshot.Status is { Phase: SnapshotPhase.Succeeded, FailedChecks: null };
}
