using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Follows a workload together with the pods of its selector: one state after each change of either.</summary>
internal static class PairedWatch
{
    public static async IAsyncEnumerable<(T Workload, IReadOnlyList<Pod> Pods)> FollowAsync<T>(
        IKubernetesClient client, ResourceKind<T> kind, string ns, string name, string podSelector, TimeProvider time,
        [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pods = new ConcurrentDictionary<string, Pod>();
        T? workload = null;
        var podsListed = false;
        // Only the newest state matters, so one pending signal stands for any number of changes.
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var followers = Task.WhenAll(FollowWorkloadAsync(), FollowPodsAsync());
        try
        {
            await foreach (var _ in signal.Reader.ReadAllAsync(ct))
            {
                if (workload is { } seen && podsListed)
                    yield return (seen, [.. pods.Values.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)]);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await followers.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        async Task FollowWorkloadAsync()
        {
            await foreach (var state in client.FollowObjectAsync(kind, ns, name, time, stop.Token))
            {
                workload = state;
                signal.Writer.TryWrite(true);
            }
        }

        async Task FollowPodsAsync()
        {
            await foreach (var change in new Reflector(client, time).FollowAsync(Kinds.Pods, ns, new Selection(Labels: podSelector), stop.Token))
            {
                podsListed |= change is null;
                if (change?.Type == WatchEventType.Deleted) pods.TryRemove(change.Object.Metadata.Name, out _);
                else if (change is not null) pods[change.Object.Metadata.Name] = change.Object;
                signal.Writer.TryWrite(true);
            }
        }
    }
}
