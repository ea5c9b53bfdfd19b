using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Objects that tell how a workload is, kept as they are in the cluster.</summary>
internal abstract class LiveSet
{
    /// <summary>All that existed when it was first asked about is known, or is waited for no longer.</summary>
    public abstract bool Listed { get; }

    /// <summary>It makes things plainer, and decides nothing.</summary>
    public abstract bool Optional { get; }

    /// <summary>Follows until cancelled; a missing right is thrown.</summary>
    /// <param name="apply">Runs each change of this set, one at a time.</param>
    public abstract Task FollowAsync(IKubernetesClient client, string ns, TimeProvider time, Action<Action> apply, CancellationToken ct);
}

/// <param name="only">Of an object it always says the same.</param>
/// <param name="optional">
/// Makes things plainer where it can be read: it is waited for a moment only, and a missing right leaves it empty.
/// </param>
internal sealed class LiveSet<T>(ResourceKind<T> kind, Selection selection, Func<T, bool>? only = null, bool optional = false) : LiveSet
    where T : IResource
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<string, T> _items = new(StringComparer.Ordinal);
    private bool _listed;

    public override bool Listed => _listed;

    public override bool Optional => optional;

    public IReadOnlyList<T> Items => [.. _items.Values];

    public override async Task FollowAsync(
        IKubernetesClient client, string ns, TimeProvider time, Action<Action> apply, CancellationToken ct)
    {
        using var moment = optional ? time.CreateTimer(_ => apply(() => _listed = true), null, Moment, Timeout.InfiniteTimeSpan) : null;
        var changes = new Reflector(client, time) { EndsWhenForbidden = true }.FollowAsync(kind, ns, selection, ct, only);
        try
        {
            await foreach (var change in changes) apply(() => Take(change));
        }
        catch (ApiException e) when (optional && e.IsForbidden)
        {
            // It is noted where people look for missing rights; what is known already stays.
            apply(() => _listed = true);
        }
    }

    private void Take(WatchEvent<T>? change)
    {
        _listed |= change is null;
        if (change?.Type == WatchEventType.Deleted) _items.Remove(change.Object.Metadata.Name);
        else if (change is not null) _items[change.Object.Metadata.Name] = change.Object;
    }
}
