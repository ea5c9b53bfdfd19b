using System.Text.Json.Nodes;
using System.Threading.Channels;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Keeps the pod's status on the server equal to what is: the newest state only, again and again until the server has it.
/// </summary>
internal sealed class PodReporter(
    IKubernetesClient client, RawResource pod, TimeProvider time, Func<JsonArray?, JsonObject> status) : IDisposable
{
    private readonly Channel<bool> _dirty =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _sending = new(1, 1);
    private JsonArray? _conditions = pod.Rest.ArrayAt("status", "conditions")?.DeepClone() as JsonArray;

    public void Changed() => _dirty.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var _ in _dirty.Reader.ReadAllAsync(cancellation))
                await SendUntilTakenAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The pod is gone: nobody is left to tell.
        }
    }

    public void Dispose() => _sending.Dispose();

    /// <summary>One report more, after everything has ended; a server that is away is not waited for.</summary>
    public async Task ReportLastAsync(CancellationToken cancellation)
    {
        try
        {
            await SendAsync(cancellation);
        }
        catch (Exception error) when (error is ApiException or OperationCanceledException)
        {
            // The deletion that follows says it too.
        }
    }

    private async Task SendUntilTakenAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await SendAsync(cancellation);
                return;
            }
            catch (ApiException refusal) when (refusal.IsNotFound || refusal.IsConflict)
            {
                return; // the object is gone or another has its name; the watch tells what to do
            }
            catch (ApiException)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), time, cancellation);
            }
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            var report = status(_conditions);
            _conditions = report.ArrayAt("conditions")?.DeepClone() as JsonArray;
            var metadata = new JsonObject { ["uid"] = pod.Metadata.Uid };
            var patch = Patch.Merge(new JsonObject { ["metadata"] = metadata, ["status"] = report }) with { FieldManager = "kubelet" };
            await client.PatchAsync(RawKinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name, patch, cancellation, "status");
        }
        finally
        {
            _sending.Release();
        }
    }
}
