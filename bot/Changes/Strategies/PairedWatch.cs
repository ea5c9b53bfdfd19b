using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Follows a workload together with the pods of its selector: one state after each change of either, none left out.</summary>
internal static class PairedWatch
{
    public static async IAsyncEnumerable<(T Workload, IReadOnlyList<Pod> Pods)> FollowAsync<T>(
        IKubernetesClient client, ResourceKind<T> kind, string ns, string name, string podSelector, TimeProvider time,
        [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var gate = new Lock();
        var pods = new SortedDictionary<string, Pod>(StringComparer.Ordinal);
        T? workload = null;
        var podsListed = false;
        // A moment without a ready pod may be short; states are queued as they are, not looked up when there is time.
        var states = Channel.CreateUnbounded<(T, IReadOnlyList<Pod>)>();
        var followers = Task.WhenAll(FollowWorkloadAsync(), FollowPodsAsync());
        try
        {
            await foreach (var state in states.Reader.ReadAllAsync(ct)) yield return state;
        }
        finally
        {
            await stop.CancelAsync();
            await followers.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        void Emit(Action change)
        {
            lock (gate)
            {
                change();
                if (workload is not null && podsListed) states.Writer.TryWrite((workload, [.. pods.Values]));
            }
        }

        async Task FollowWorkloadAsync()
        {
            await foreach (var state in client.FollowObjectAsync(kind, ns, name, time, stop.Token)) Emit(() => workload = state);
        }

        async Task FollowPodsAsync()
        {
            await foreach (var change in new Reflector(client, time).FollowAsync(Kinds.Pods, ns, new Selection(Labels: podSelector), stop.Token))
            {
                Emit(() =>
                {
                    podsListed |= change is null;
                    if (change?.Type == WatchEventType.Deleted) pods.Remove(change.Object.Metadata.Name);
                    else if (change is not null) pods[change.Object.Metadata.Name] = change.Object;
                });
            }
        }
    }
}
