using ChatOps.Cluster.Api;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>
/// Calls one controller for every object a change concerns: at once, once for many changes in a row, never two at a time.
/// </summary>
internal sealed class ControllerLoop(IController controller, ControllerClient client)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<(string Namespace, string Name), DateTimeOffset> _later = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield(); // the constructor that starts loops must not run them
        using var watch = client.Store.Watch(null, client.Store.Version)!;
        var dirty = client.Store.Snapshot().SelectMany(controller.KeysFor).ToHashSet();
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                while (watch.Changes.TryRead(out var change))
                    dirty.UnionWith(controller.KeysFor(change));
                dirty.UnionWith(TakeDue());
                if (dirty.Count == 0)
                    await WaitAsync(watch, stopping);
                foreach (var key in dirty.ToArray())
                {
                    dirty.Remove(key);
                    SyncOne(key);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster is being disposed.
        }
    }

    private void SyncOne((string Namespace, string Name) key)
    {
        _later.Remove(key);
        try
        {
            if (controller.Sync(key.Namespace, key.Name) is { } pause)
                _later[key] = client.Now + pause;
        }
        catch (StatusException)
        {
            // Refused (a conflict, a namespace that is going away): the state will look different next time.
            _later[key] = client.Now + RetryPause;
        }
    }

    private List<(string, string)> TakeDue()
    {
        var due = _later.Where(one => one.Value <= client.Now).Select(one => one.Key).ToList();
        foreach (var key in due)
            _later.Remove(key);
        return due;
    }

    private async Task WaitAsync(StoreWatch watch, CancellationToken stopping)
    {
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var changed = watch.Changes.WaitToReadAsync(waking.Token).AsTask();
        var pause = _later.Count > 0 ? _later.Values.Min() - client.Now : Timeout.InfiniteTimeSpan;
        if (pause != Timeout.InfiniteTimeSpan && pause < TimeSpan.FromMilliseconds(1))
            pause = TimeSpan.FromMilliseconds(1);
        await Task.WhenAny(changed, Task.Delay(pause, client.Time, waking.Token));
        await waking.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }
}
