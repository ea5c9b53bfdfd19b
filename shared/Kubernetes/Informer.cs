using System.Collections.Concurrent;

namespace ChatOps.Kubernetes;

/// <summary>
/// A live copy of a collection: reads cost nothing, and every change reaches the handler once, in order. Deleted objects arrive with their
/// last known state.
/// </summary>
public sealed class Informer<T>(IKubernetesClient client, ResourceKind<T> kind, string? ns, Selection selection, TimeProvider time)
    where T : class, IResource
{
    private readonly ConcurrentDictionary<(string? Ns, string Name), T> _items = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything that existed at the start is in the copy and has been handled.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Why the API server does not answer at present; null while it does.</summary>
    public ApiException? Trouble { get; private set; }

    public ICollection<T> Items => _items.Values;

    public T? Find(string? inNamespace, string name) => _items.TryGetValue((inNamespace, name), out var item) ? item : null;

    /// <summary>Runs until cancelled. The handler is awaited before the next change is taken; what it throws ends the informer.</summary>
    public async Task RunAsync(Func<WatchEvent<T>, ValueTask> handle, CancellationToken ct)
    {
        var reflector = new Reflector(client, time) { OnConnection = trouble => Trouble = trouble };
        await foreach (var change in reflector.FollowAsync(kind, ns, selection, ct))
        {
            if (change is null)
            {
                _synced.TrySetResult();
                continue;
            }
            var key = (change.Object.Metadata.Namespace, change.Object.Metadata.Name);
            if (change.Type == WatchEventType.Deleted) _items.TryRemove(key, out _);
            else _items[key] = change.Object;
            await handle(change);
        }
    }
}
