using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Keeps the Node object there and Ready, so that a real controller manager leaves its pods alone.</summary>
internal sealed class NodeRegistration(IKubernetesClient client, KubeletOptions options)
{
    private string? _readySince;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await BeatAsync(cancellation);
            }
            catch (ApiException)
            {
                // The next beat tries again.
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Ended in the middle of a beat: the loop ends too.
            }
            await Task.Delay(options.Heartbeat, options.Time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task BeatAsync(CancellationToken cancellation)
    {
        if (await client.FindRawAsync(RawKinds.Nodes, null, options.NodeName, cancellation) is null)
            await client.CreateAsync(RawKinds.Nodes, null, new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = options.NodeName,
                    ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = options.NodeName }
                },
            }, cancellation);
        await client.PatchAsync(
            RawKinds.Nodes, null, options.NodeName, Patch.Merge(new JsonObject { ["status"] = Status() }), cancellation, "status");
    }

    private JsonObject Status()
    {
        var now = options.Time.GetUtcNow().ToApiTime();
        _readySince ??= now;
        return new JsonObject
        {
            ["capacity"] = Resources(),
            ["allocatable"] = Resources(),
            ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" }),
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = "True",
                ["reason"] = "KubeletReady",
                ["message"] = "pods run as processes of this machine",
                ["lastHeartbeatTime"] = now,
                ["lastTransitionTime"] = _readySince,
            }),
        };
    }

    private static JsonObject Resources() =>
        new() { ["cpu"] = "64", ["memory"] = "256Gi", ["pods"] = "250", ["ephemeral-storage"] = "1Ti" };
}
