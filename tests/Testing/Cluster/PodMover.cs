using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// Reports pods as a kubelet would, without a process behind any: a new pod is ready at once, and one whose image has a tag that begins
/// with <c>broken</c> cannot be pulled. For crowds of pods that nobody could run; what a pod really does the process kubelet shows.
/// </summary>
public sealed class PodMover : IAsyncDisposable
{
    private readonly IKubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();

    public PodMover(IKubernetesClient client, TimeProvider time)
    {
        (_client, _time) = (client, time);
        Moving = Task.Run(MoveAsync);
    }

    /// <summary>Ends only with a fault of its own.</summary>
    public Task Moving { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task MoveAsync()
    {
        await foreach (var change in new Reflector(_client, _time).FollowAsync(Kinds.Pods, null, Selection.All, _stopping.Token))
        {
            if (change is { Type: not WatchEventType.Deleted, Object: { Status.ContainerStatuses: null or [] } pod })
                await ReportAsync(pod);
        }
    }

    private async Task ReportAsync(Pod pod)
    {
        while (true)
        {
            try
            {
                var body = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = StatusOf(pod) };
                var patch = Patch.Merge(body);
                await _client.PatchAsync(Kinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name, patch, _stopping.Token, "status");
                return;
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                return; // it is gone, or another pod has its name and is seen by itself
            }
            catch (ApiException)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), _time, _stopping.Token);
            }
        }
    }

    private JsonObject StatusOf(Pod pod)
    {
        var now = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var broken = pod.Spec.Containers.Any(c => c.Image?.Contains(":broken", StringComparison.Ordinal) == true);
        JsonObject Condition(string type) =>
            new() { ["type"] = type, ["status"] = broken ? "False" : "True", ["lastTransitionTime"] = now };
        return new JsonObject
        {
            ["phase"] = broken ? "Pending" : "Running",
            ["startTime"] = now,
            ["conditions"] = new JsonArray(Condition("ContainersReady"), Condition("Ready")),
            ["containerStatuses"] = new JsonArray([.. pod.Spec.Containers.Select(c => new JsonObject
            {
                ["name"] = c.Name,
                ["image"] = c.Image,
                ["imageID"] = broken ? "" : $"{c.Image}@sha256:{new string('0', 64)}",
                ["ready"] = !broken,
                ["restartCount"] = 0,
                ["state"] = broken
                    ? new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = "not found" } }
                    : new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } },
            })]),
        };
    }
}
