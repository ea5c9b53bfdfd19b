using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// Follows a workload together with the pods of its selector: one state after each change of either, none left out.
/// A missing right is thrown.
/// </summary>
internal static class PairedWatch
{
    public static async IAsyncEnumerable<(T Workload, IReadOnlyList<Pod> Pods, DateTimeOffset SeenAt)> FollowAsync<T>(
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
        var states = Channel.CreateUnbounded<(T, IReadOnlyList<Pod>, DateTimeOffset)>();
        var followers = Task.WhenAll(EndingAsync(FollowWorkloadAsync()), EndingAsync(FollowPodsAsync()));
        try
        {
            await foreach (var state in states.Reader.ReadAllAsync(ct)) yield return state;
        }
        finally
        {
            await stop.CancelAsync();
            await followers.Settled();
        }

        void Emit(Action change)
        {
            lock (gate)
            {
                change();
                if (workload is not null && podsListed) states.Writer.TryWrite((workload, [.. pods.Values], time.GetUtcNow()));
            }
        }

        // One that ends by a refusal ends the states with it, or whoever reads them would wait for ever.
        async Task EndingAsync(Task follower)
        {
            try
            {
                await follower;
            }
            catch (ApiException e)
            {
                states.Writer.TryComplete(e);
            }
        }

        async Task FollowWorkloadAsync()
        {
            await foreach (var state in client.FollowObjectAsync(kind, ns, name, time, stop.Token)) Emit(() => workload = state);
        }

        IAsyncEnumerable<WatchEvent<Pod>?> Pods() => new Reflector(client, time) { EndsWhenForbidden = true }
            .FollowAsync(Kinds.Pods, ns, new Selection(Labels: podSelector), stop.Token);

        async Task FollowPodsAsync()
        {
            await foreach (var change in Pods())
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
