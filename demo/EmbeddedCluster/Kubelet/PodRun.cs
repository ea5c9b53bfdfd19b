using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Logs;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// One pod on this node, from its first container to the deletion of its object; an API server that is away changes nothing for it.
/// </summary>
internal sealed class PodRun : IAsyncDisposable
{
    private readonly IKubernetesClient _client;
    private readonly KubeletOptions _options;
    private readonly RawResource _pod;
    private readonly PodDirectories _directories;
    private readonly PodEvents _events;
    private readonly List<ContainerRun> _init;
    private readonly List<ContainerRun> _main;
    private readonly PodReporter _reporter;
    private readonly CancellationTokenSource _killed = new();
    private readonly CancellationToken _dead;
    private readonly TaskCompletionSource _graceOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _containers;
    private readonly Task _reporting;
    private readonly Task _recording;
    private readonly Lock _gate = new();
    private Task? _termination;

    public PodRun(IKubernetesClient client, KubeletOptions options, ChildSpawner spawner, RawResource pod)
    {
        (_client, _options, _pod, _dead) = (client, options, pod, _killed.Token);
        var spec = pod.Rest.ObjectAt("spec") ?? [];
        var policy = spec.Text("restartPolicy") ?? "Always";
        _directories = new(client, options.Root, pod.Metadata.Namespace ?? "", pod.Metadata.Uid ?? "");
        _events = new(client, pod, options.NodeName, options.Time);
        _reporter = new(client, pod, options.Time, Status);
        var contexts = new ContainerContexts(client, options, _directories, pod);
        ContainerRun Run(JsonObject container, bool init) =>
            new(container, policy, init, contexts, _events, spawner, options, _reporter.Changed);
        _init = [.. spec.ItemsAt("initContainers").Select(container => Run(container, true))];
        _main = [.. spec.ItemsAt("containers").Select(container => Run(container, false))];
        StartedAt = options.Time.GetUtcNow();
        _containers = Task.Run(RunContainersAsync);
        _reporting = Task.Run(() => _reporter.RunAsync(_dead));
        _recording = Task.Run(() => _events.RunAsync(_dead));
        _reporter.Changed();
    }

    public string Uid => _pod.Metadata.Uid ?? "";

    private DateTimeOffset StartedAt { get; }

    private TimeSpan Grace => TimeSpan.FromSeconds(_pod.Rest.Number("spec", "terminationGracePeriodSeconds") ?? 30);

    public ContainerLog? Log(string container, bool previous)
    {
        var run = _init.Concat(_main).FirstOrDefault(one => one.Name == container);
        return previous ? run?.PreviousLog : run?.Log;
    }

    /// <summary>Begins to end the pod, or shortens the time it still has; the object is deleted once its processes are gone.</summary>
    public void Terminate(TimeSpan grace)
    {
        _ = ExpireAsync(grace);
        lock (_gate)
            _termination ??= Task.Run(TerminateAsync);
    }

    /// <summary>Tells the API server again what is, for when it may have missed something.</summary>
    public void Report() => _reporter.Changed();

    /// <summary>Kills every process at once; for a pod whose object is gone, or a kubelet that ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _graceOver.TrySetResult();
        foreach (var run in _init.Concat(_main))
            run.Kill();
        await _killed.CancelAsync();
        await _containers;
        await Task.WhenAll(_reporting, _recording);
        foreach (var run in _init.Concat(_main))
            run.Kill();
        if (_termination is { } termination)
            await termination;
        _reporter.Dispose();
        _killed.Dispose();
        _directories.Delete();
    }

    private JsonObject Status(JsonArray? before) => PodStatus.Of(
        _init, _main, _pod.Rest.Text("spec", "restartPolicy") ?? "Always", StartedAt, before, _options.Time.GetUtcNow().ToApiTime());

    private async Task RunContainersAsync()
    {
        try
        {
            if (!await InitializeAsync(_dead))
                return;
            await Task.WhenAll(_main.Select(run => run.RunAsync(_dead)));
            // Sidecars live as long as the containers they stand beside.
            foreach (var sidecar in _init.Where(run => run.IsSidecar).Reverse())
                await sidecar.StopAsync(_graceOver.Task.IsCompleted ? _graceOver.Task : Task.Delay(Grace, _options.Time));
        }
        catch (OperationCanceledException)
        {
            // The pod is being ended before all of it had started.
        }
    }

    private async Task<bool> InitializeAsync(CancellationToken cancellation)
    {
        foreach (var run in _init)
        {
            var ended = run.RunAsync(cancellation);
            if (run.IsSidecar)
                await Task.WhenAny(run.StartedOnce, ended);
            else if (!await ended)
                return false;
            if (_termination is not null)
                return false;
        }
        return true;
    }

    private async Task ExpireAsync(TimeSpan grace)
    {
        try
        {
            await Task.Delay(grace, _options.Time, _dead);
            _graceOver.TrySetResult();
        }
        catch (OperationCanceledException)
        {
            // It was killed before its time was up.
        }
    }

    /// <summary>The containers first, all at once; then the sidecars, last started first, so that they see the others' end.</summary>
    private async Task TerminateAsync()
    {
        foreach (var run in _main.Where(run => !run.HasEnded))
            _events.Record("Normal", "Killing", $"Stopping container {run.Name}", run.Name);
        await Task.WhenAll(_main.Select(run => run.StopAsync(_graceOver.Task)));
        foreach (var run in _init.AsEnumerable().Reverse())
            await run.StopAsync(_graceOver.Task);
        await _containers;
        await _reporter.ReportLastAsync(_dead);
        await DeleteObjectAsync();
    }

    private async Task DeleteObjectAsync()
    {
        while (!_dead.IsCancellationRequested)
        {
            try
            {
                await _client.DeleteAsync(
                    RawKinds.Pods, _pod.Metadata.Namespace, _pod.Metadata.Name, new Deletion(GracePeriodSeconds: 0, Uid: Uid), _dead);
                return;
            }
            catch (ApiException refusal) when (refusal.IsConflict)
            {
                return; // another pod has the name already
            }
            catch (ApiException)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), _options.Time, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
