using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Asks one process of a container how it is, from its start to its end: the startup probe first, then readiness and liveness side by side.
/// </summary>
/// <param name="slowStart">How much later than its probe says it counts as started.</param>
/// <param name="changed">Called when it has started, and whenever it becomes ready or is ready no longer.</param>
/// <param name="kill">Ends a process that a probe, named here, has given up.</param>
internal sealed class ContainerProbes(
    JsonObject container, ContainerContext context, TimeSpan slowStart, PodEvents events, TimeProvider time,
    Action changed, Func<string, Task> kill)
{
    private readonly string _name = container.Text("name") ?? "";

    public bool Started { get; private set; }

    public bool Ready { get; private set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            if (Of("startupProbe") is { } startup && !await StartUpAsync(startup, cancellation))
                return;
            if (slowStart > TimeSpan.Zero)
                await Task.Delay(slowStart, time, cancellation);
            var (readiness, liveness) = (Of("readinessProbe"), Of("livenessProbe"));
            (Started, Ready) = (true, readiness is null);
            changed();
            await Task.WhenAll(
                readiness is null ? Task.CompletedTask : ReadinessAsync(readiness, cancellation),
                liveness is null ? Task.CompletedTask : LivenessAsync(liveness, cancellation));
        }
        catch (OperationCanceledException)
        {
            // The process ended, and with it the need to ask how it is.
        }
    }

    private Probe? Of(string kind) => container.ObjectAt(kind) is { } specification ? new(specification, container, context, time) : null;

    private async Task<bool> StartUpAsync(Probe probe, CancellationToken cancellation)
    {
        await Task.Delay(probe.InitialDelay, time, cancellation);
        for (var failures = 0; await probe.AskAsync(cancellation) is { } why;)
        {
            events.Record("Warning", "Unhealthy", $"Startup probe failed: {why}", _name);
            if (++failures >= probe.FailureThreshold)
            {
                await kill("startup");
                return false;
            }
            await Task.Delay(probe.Period, time, cancellation);
        }
        return true;
    }

    private async Task ReadinessAsync(Probe probe, CancellationToken cancellation)
    {
        await Task.Delay(probe.InitialDelay, time, cancellation);
        for (long good = 0, bad = 0; ;)
        {
            var why = await probe.AskAsync(cancellation);
            (good, bad) = why is null ? (good + 1, 0L) : (0L, bad + 1);
            if (why is not null)
                events.Record("Warning", "Unhealthy", $"Readiness probe failed: {why}", _name);
            if ((!Ready && good >= probe.SuccessThreshold) || (Ready && bad >= probe.FailureThreshold))
            {
                Ready = why is null;
                changed();
            }
            await Task.Delay(probe.Period, time, cancellation);
        }
    }

    private async Task LivenessAsync(Probe probe, CancellationToken cancellation)
    {
        await Task.Delay(probe.InitialDelay, time, cancellation);
        for (var bad = 0L; ;)
        {
            var why = await probe.AskAsync(cancellation);
            bad = why is null ? 0 : bad + 1;
            if (why is not null)
                events.Record("Warning", "Unhealthy", $"Liveness probe failed: {why}", _name);
            if (bad >= probe.FailureThreshold)
                break;
            await Task.Delay(probe.Period, time, cancellation);
        }
        await kill("liveness");
    }
}
