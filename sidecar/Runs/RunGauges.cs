using System.Diagnostics.Metrics;

namespace ChatOps.Sidecar.Runs;

/// <summary>How well protected the target is, as the sidecar sees it at the moment somebody asks.</summary>
internal sealed class RunGauges : IDisposable
{
    public RunGauges(ResourceRunner runner, TimeProvider time)
    {
        var target = new KeyValuePair<string, object?>("target", runner.Target);
        double Age() => runner.LastGood is { } cut ? Math.Max(0, (time.GetUtcNow() - cut).TotalSeconds) : double.PositiveInfinity;
        Meter.CreateObservableGauge(
            "chatops.sidecar.last_good.age", () => new Measurement<double>(Age(), target), "s",
            "Age of the newest snapshot that can be relied on; +Inf when there is none.");
        Meter.CreateObservableGauge(
            "chatops.sidecar.ready", () => new Measurement<int>(runner.Awaited is null ? 1 : 0, target), null,
            "1 when requests are heard.");
    }

    public Meter Meter { get; } = new("ChatOps.Sidecar.Runs.Gauges");

    public void Dispose() => Meter.Dispose();
}
