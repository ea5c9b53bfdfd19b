using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Records what happens to a pod as Events, in order, without ever holding up the pod; an event the server does not take is lost.
/// </summary>
internal sealed class PodEvents(IKubernetesClient client, RawResource pod, string nodeName, TimeProvider time)
{
    private readonly Channel<(string Type, string Reason, string Message, string? Container)> _queue =
        Channel.CreateBounded<(string, string, string, string?)>(
            new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<string, int> _counts = [];

    public void Record(string type, string reason, string message, string? container = null) =>
        _queue.Writer.TryWrite((type, reason, message, container));

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var one in _queue.Reader.ReadAllAsync(cancellation))
                await SendAsync(one.Type, one.Reason, one.Message, one.Container, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The pod is gone; so is the interest in its last words.
        }
    }

    private async Task SendAsync(string type, string reason, string message, string? container, CancellationToken cancellation)
    {
        var hash = Fnv.Hash32(pod.Metadata.Uid + reason + message + container);
        var name = $"{pod.Metadata.Name}.{hash.ToString("x8", CultureInfo.InvariantCulture)}";
        var count = _counts[name] = _counts.GetValueOrDefault(name) + 1;
        try
        {
            if (count == 1)
                await client.CreateAsync(
                    RawKinds.Events, pod.Metadata.Namespace, Body(name, type, reason, message, container), cancellation);
            else
                await client.PatchAsync(RawKinds.Events, pod.Metadata.Namespace, name, Patch.Merge(new JsonObject
                {
                    ["count"] = count,
                    ["lastTimestamp"] = time.GetUtcNow().ToApiTime(),
                }), cancellation);
        }
        catch (ApiException)
        {
            // Events are best effort in every kubelet.
        }
    }

    private JsonObject Body(string name, string type, string reason, string message, string? container)
    {
        var about = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["name"] = pod.Metadata.Name,
            ["namespace"] = pod.Metadata.Namespace,
            ["uid"] = pod.Metadata.Uid,
        };
        if (container is not null)
            about["fieldPath"] = $"spec.containers{{{container}}}";
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = pod.Metadata.Namespace },
            ["involvedObject"] = about,
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = "kubelet", ["host"] = nodeName },
            ["firstTimestamp"] = time.GetUtcNow().ToApiTime(),
            ["lastTimestamp"] = time.GetUtcNow().ToApiTime(),
            ["count"] = 1,
        };
    }
}
