using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// Follows a workload together with what tells how it is: one state after each change of any of them, none left out.
/// A missing right is thrown.
/// </summary>
internal static class WorkloadWatch
{
    /// <summary>The API server cuts the names of what a long one made ("Object Names and IDs", generated names).</summary>
    private const int NeverCut = 50;

    private const int Looked = 3;

    /// <summary>What was told of a workload and of what it made: the names of all of these begin as its own does.</summary>
    public static LiveSet<Event> Events(string workload)
    {
        var start = workload[..Math.Min(workload.Length, NeverCut)];
        return new(
            Kinds.Events, Selection.All, e => e.InvolvedObject.Name?.StartsWith(start, StringComparison.Ordinal) == true, optional: true);
    }

    /// <summary>What was told of the first few pods that are not ready; nothing where that may not be read.</summary>
    public static async Task<IReadOnlyList<Event>> ToldOfAsync(
        IKubernetesClient client, string ns, IEnumerable<Pod> pods, CancellationToken ct)
    {
        List<Event> told = [];
        try
        {
            foreach (var pod in pods.Where(p => !p.IsReady).Take(Looked))
            {
                var about = new Selection(Fields: $"involvedObject.uid={pod.Metadata.Uid}");
                told.AddRange((await client.ListAsync(Kinds.Events, ns, about, ct)).Items);
            }
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            // It is noted where people look for missing rights.
        }
        return told;
    }

    /// <param name="judge">Makes a state of the workload and of what the sets hold at that moment.</param>
    public static async IAsyncEnumerable<Rollout> FollowAsync<T>(
        IKubernetesClient client, ResourceKind<T> kind, string ns, string name, IReadOnlyList<LiveSet> sets, Func<T, Rollout> judge,
        TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var gate = new Lock();
        T? workload = null;
        // A moment without a ready pod may be short; states are queued as they are, not looked up when there is time.
        var states = Channel.CreateUnbounded<Rollout>();
        var followers = Task.WhenAll(
            sets.Select(set => set.FollowAsync(client, ns, time, Emit, stop.Token)).Append(FollowWorkloadAsync()).Select(EndingAsync));
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
                if (workload is not null && sets.All(set => set.Listed || set.Optional))
                    states.Writer.TryWrite(judge(workload) with { SeenAt = time.GetUtcNow(), IsWhole = sets.All(set => set.Listed) });
            }
        }

        // One that ends by a refusal ends the states with it, or whoever reads them would wait for ever.
        async Task EndingAsync(Task follower)
        {
            try
            {
                await follower;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                states.Writer.TryComplete(e);
            }
        }

        async Task FollowWorkloadAsync()
        {
            await foreach (var state in client.FollowObjectAsync(kind, ns, name, time, stop.Token)) Emit(() => workload = state);
        }
    }
}
