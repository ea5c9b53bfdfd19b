using System.CommandLine;
using System.Net;
using ChatOps.Kubernetes;
using ChatOps.Sidecar.Health;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>Stays, and carries out the Snapshot resources of the target until it is stopped: what the pod runs.</summary>
internal sealed class RunCommand : ISidecarCommand
{
    private readonly Option<string?> _context =
        new("--context") { Description = "The kubeconfig context; in a pod its service account is used." };

    public Command Shape => new("run", "Watch the cluster and carry out the snapshots asked for, until stopped.") { _context };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar run --config /etc/chatops/sidecar.yaml",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var template = scope.Settings.Request(scope.RequiredTarget());
        var log = RunLog.To(scope.Report, scope.Telemetry);
        using var cluster = new KubernetesClient(ClusterConnection.Discover(scope.Get(_context)), scope.Time);
        var refusals = new Refusals(scope.Time, log);
        var client = new RefusalNotingClient(cluster, refusals);
        var runner = new ResourceRunner(client, scope.Store, template, scope.Time, log);
        var refusal = template.Encryption.Check(scope.Store.IsRemote, scope.Store.Location, template.Age, cancellation)
            ?? await scope.Store.CheckWritableAsync(cancellation);
        if (refusal is { } fault)
            throw new FaultException(fault);
        log($"{runner.Runner}: watching the snapshots of {template.Target} in {client.Namespace}");
        using var metrics = scope.Settings.Listen is not null || scope.Telemetry is not null ? new RunMetrics(runner, scope.Time) : null;
        await (scope.Settings.Listen is { } address
            ? ListenAsync(runner, refusals, metrics!, address, scope.Time, log, cancellation)
            : runner.RunAsync(cancellation));
        return ExitCode.Done;
    }

    /// <summary>The work beside its probes; whichever of the two ends ends the other.</summary>
    private static async Task ListenAsync(
        ResourceRunner runner, Refusals refusals, RunMetrics metrics, IPEndPoint address, TimeProvider time, Action<string> log,
        CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var listener = new HealthListener(
            address, new RunHealth(() => runner.Awaited, metrics.Text, () => refusals.Present).Answer, time);
        log($"answering probes and metrics at {listener.Address}");
        Task[] both = [runner.RunAsync(over.Token), listener.RunAsync(over.Token)];
        await Task.WhenAny(both);
        await over.CancelAsync();
        await Task.WhenAll(both);
    }
}
