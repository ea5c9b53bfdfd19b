using System.Diagnostics.Metrics;
using ChatOps.Kubernetes;
using ChatOps.Metrics;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Health;

/// <summary>Every meter of the sidecar, collected: what is not in this list is served to nobody.</summary>
internal sealed class RunMetrics : IDisposable
{
    private readonly ProcessMetrics _process = new(typeof(RunMetrics).Assembly);
    private readonly RunGauges _gauges;
    private readonly MetricsCollector _collector;

    public RunMetrics(ResourceRunner runner, TimeProvider time)
    {
        _gauges = new(runner, time);
        List<Meter> all = [SnapshotMetrics.Meter, StoreMetrics.Meter, WatchMetrics.Meter, _gauges.Meter, _process.Meter];
        _collector = new(all);
        SnapshotMetrics.Declare(runner.Target);
    }

    public string Text() => PrometheusText.Write(_collector.Collect());

    public void Dispose()
    {
        _collector.Dispose();
        _gauges.Dispose();
        _process.Dispose();
    }
}
