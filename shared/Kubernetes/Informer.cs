using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ChatOps.Kubernetes;

/// <summary>
/// A live copy of a collection: reads cost nothing, and every change reaches the handler once, in order. Deleted objects arrive with their
/// last known state.
/// </summary>
/// <param name="groupOf">What <see cref="Of"/> finds an object by; without it every object is in the group without a name.</param>
/// <param name="only">
/// What the server cannot select by: of an object it always says the same, and others are neither kept nor handled.
/// </param>
public sealed class Informer<T>(
    IKubernetesClient client, ResourceKind<T> kind, string? ns, Selection selection, TimeProvider time,
    Func<T, string>? groupOf = null, Func<T, bool>? only = null)
    where T : class, IResource
{
    private readonly ConcurrentDictionary<(string? Ns, string Name), T> _items = new();

    /// <summary>Written by <see cref="RunAsync"/> alone, each group replaced whole, so that readers need no lock and see no half.</summary>
    private readonly ConcurrentDictionary<string, ImmutableDictionary<(string? Ns, string Name), T>> _groups = new(StringComparer.Ordinal);

    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything that existed at the start is in the copy and has been handled.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Why the API server does not answer at present; null while it does.</summary>
    public ApiException? Trouble { get; private set; }

    public ICollection<T> Items => _items.Values;

    public T? Find(string? inNamespace, string name) => _items.TryGetValue((inNamespace, name), out var item) ? item : null;

    /// <summary>Those of one group, as they are at this moment and in no order; it costs the same however many others there are.</summary>
    public IEnumerable<T> Of(string group) => _groups.TryGetValue(group, out var items) ? items.Values : [];

    /// <summary>Runs until cancelled. The handler is awaited before the next change is taken; what it throws ends the informer.</summary>
    public async Task RunAsync(Func<WatchEvent<T>, ValueTask> handle, CancellationToken ct)
    {
        var reflector = new Reflector(client, time) { OnConnection = trouble => Trouble = trouble };
        await foreach (var change in reflector.FollowAsync(kind, ns, selection, ct, only))
        {
            if (change is null)
            {
                _synced.TrySetResult();
                continue;
            }
            Keep(change);
            await handle(change);
        }
    }

    private void Keep(WatchEvent<T> change)
    {
        var key = (change.Object.Metadata.Namespace, change.Object.Metadata.Name);
        var group = GroupOf(change.Object);
        var gone = change.Type == WatchEventType.Deleted;
        if (_items.TryGetValue(key, out var before) && GroupOf(before) is var old && (gone || old != group)) Leave(old, key);
        if (gone)
        {
            _items.TryRemove(key, out _);
            return;
        }
        _items[key] = change.Object;
        var items = _groups.GetValueOrDefault(group, ImmutableDictionary<(string? Ns, string Name), T>.Empty);
        _groups[group] = items.SetItem(key, change.Object);
    }

    private void Leave(string group, (string? Ns, string Name) key)
    {
        if (!_groups.TryGetValue(group, out var items)) return;
        var left = items.Remove(key);
        if (left.IsEmpty) _groups.TryRemove(group, out _);
        else _groups[group] = left;
    }

    private string GroupOf(T item) => groupOf?.Invoke(item) ?? "";
}
