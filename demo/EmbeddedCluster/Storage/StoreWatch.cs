using System.Threading.Channels;

namespace ChatOps.Cluster.Storage;

/// <summary>Delivers every matching commit once, in order, until disposed; a slow reader never holds up a writer.</summary>
internal sealed class StoreWatch(string? resource, ObjectStore store) : IDisposable
{
    private readonly Channel<StoreEvent> _changes = Channel.CreateUnbounded<StoreEvent>(new() { SingleReader = true });

    public ChannelReader<StoreEvent> Changes => _changes.Reader;

    public void Dispose()
    {
        store.Forget(this);
        _changes.Writer.TryComplete();
    }

    internal void Offer(StoreEvent change)
    {
        if (resource is null || resource == change.Resource)
            _changes.Writer.TryWrite(change);
    }
}
