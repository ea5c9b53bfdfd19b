using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Logs;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Runs the pods of one node as processes of this machine, for any API server; disposed, it leaves no process behind.</summary>
/// <remarks>
/// It also is the scheduler: a pod without a node is bound to its own, unless that is cordoned. An API server that is away stops nothing.
/// </remarks>
public sealed class ProcessKubelet : IContainerLogs, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);
    private readonly IKubernetesClient _client;
    private readonly KubeletOptions _options;
    private readonly ChildSpawner _spawner = new();
    private readonly ConcurrentDictionary<(string Namespace, string Name), PodRun> _pods = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly PersistentCalls _calls;
    private readonly Task _watching;
    private readonly Task _node;

    private ProcessKubelet(IKubernetesClient client, KubeletOptions options)
    {
        (_client, _options) = (client, options);
        Directory.CreateDirectory(options.Root);
        _calls = new(options.Time, _stopping.Token);
        _node = Task.Run(() => new NodeRegistration(client, options).RunAsync(_stopping.Token));
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Starts at once; pods that exist already are started as they are seen.</summary>
    public static Task<ProcessKubelet> StartAsync(IKubernetesClient client, KubeletOptions options) =>
        Task.FromResult(new ProcessKubelet(client, options));

    /// <summary>Ends only with the kubelet; fails when it cannot go on, so that nobody waits for pods that will never start.</summary>
    public Task Completion => Task.WhenAny(_watching, _node).Unwrap();

    /// <summary>The directory that stands for a claim.</summary>
    public string ClaimDirectory(string ns, string claim) => PodDirectories.ClaimPath(_options.Root, ns, claim);

    public ContainerLog? Find(string podUid, string container, bool previous) =>
        _pods.Values.FirstOrDefault(run => run.Uid == podUid)?.Log(container, previous);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await _node;
        await _calls.DrainAsync();
        await Task.WhenAll(_pods.Values.Select(run => run.DisposeAsync().AsTask()));
        _spawner.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        var reflector = new Reflector(_client, _options.Time);
        try
        {
            await foreach (var change in reflector.FollowAsync(RawKinds.Pods, null, Selection.All, _stopping.Token))
            {
                if (change is null)
                    foreach (var run in _pods.Values)
                        run.Report();
                else if (change.Type == WatchEventType.Deleted)
                    Forget(change.Object);
                else
                    See(change.Object);
            }
        }
        catch (OperationCanceledException)
        {
            // The kubelet is being disposed.
        }
    }

    private void See(RawResource pod)
    {
        var key = (pod.Metadata.Namespace ?? "", pod.Metadata.Name);
        if (_pods.TryGetValue(key, out var known) && known.Uid != pod.Metadata.Uid)
            Forget(pod, known);
        var node = pod.Rest.Text("spec", "nodeName") ?? "";
        if (node.Length == 0 && pod.Metadata.DeletionTimestamp is null)
            Bind(pod);
        else if (node == _options.NodeName)
            RunOrEnd(key, pod);
    }

    private void RunOrEnd((string, string) key, RawResource pod)
    {
        if (pod.Metadata.DeletionTimestamp is null)
        {
            if (pod.Rest.Text("status", "phase") is not ("Succeeded" or "Failed") && !_pods.ContainsKey(key))
                _pods[key] = new PodRun(_client, _options, _spawner, pod);
            return;
        }
        if (_pods.TryGetValue(key, out var run))
            run.Terminate(TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30));
        else
            Delete(pod); // it was ending when an earlier kubelet of this node went away
    }

    private void Forget(RawResource pod, PodRun? known = null)
    {
        var key = (pod.Metadata.Namespace ?? "", pod.Metadata.Name);
        if (known is null && (!_pods.TryGetValue(key, out known) || known.Uid != pod.Metadata.Uid))
            return;
        _pods.TryRemove(key, out _);
        _ = known.DisposeAsync().AsTask();
    }

    /// <summary>Goes on until the server has it: a pod that has not changed is not seen again, whatever is listed.</summary>
    private void Bind(RawResource pod) => _calls.Make($"bind {pod.Metadata.Uid}", cancellation => BindAsync(pod, cancellation));

    private async Task BindAsync(RawResource pod, CancellationToken cancellation)
    {
        if (await IsCordonedAsync(cancellation)) await TellUnschedulableAsync(pod, cancellation);
        while (await IsCordonedAsync(cancellation)) await Task.Delay(Look, _options.Time, cancellation);
        await _client.PostAsync(RawKinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name, "binding", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name, ["namespace"] = pod.Metadata.Namespace },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = _options.NodeName },
        }, cancellation);
    }

    /// <summary>Whether <c>kubectl cordon</c> keeps new pods away.</summary>
    private async Task<bool> IsCordonedAsync(CancellationToken cancellation) =>
        (await _client.FindRawAsync(RawKinds.Nodes, null, _options.NodeName, cancellation)).Flag("spec", "unschedulable");

    /// <summary>As the real scheduler words it.</summary>
    private async Task TellUnschedulableAsync(RawResource pod, CancellationToken cancellation)
    {
        var status = pod.Rest["status"]?.DeepClone() as JsonObject ?? [];
        Controllers.Conditions.SetCondition(
            status, "PodScheduled", "False", "Unschedulable", "0/1 nodes are available: 1 node(s) were unschedulable.",
            _options.Time.GetUtcNow().ToApiTime());
        await _client.PatchAsync(
            RawKinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name, Patch.Merge(new JsonObject { ["status"] = status }), cancellation,
            "status");
    }

    private void Delete(RawResource pod) => _calls.Make($"delete {pod.Metadata.Uid}", cancellation => _client.DeleteAsync(
        RawKinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name,
        new Deletion(GracePeriodSeconds: 0, Uid: pod.Metadata.Uid), cancellation));
}
