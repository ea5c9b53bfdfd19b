using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Storage;

/// <summary>
/// Keeps every object, gives each commit the next resourceVersion of one counter, and shows commits to watchers in that order.
/// </summary>
/// <remarks>Committed objects are shared: copy before changing. Hold <see cref="Gate"/> to read and write as one step.</remarks>
internal sealed class ObjectStore
{
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _objects = [];
    private readonly List<StoreWatch> _watches = [];
    private readonly LinkedList<StoreEvent> _history = [];
    private readonly int _window;
    private long _compacted;

    public ObjectStore(int window) => _window = window;

    public Lock Gate { get; } = new();

    public long Version { get; private set; } = 1;

    public JsonObject? Find(string resource, string ns, string name)
    {
        lock (Gate)
            return _objects.TryGetValue(resource, out var objects) ? objects.GetValueOrDefault(Key(ns, name)) : null;
    }

    /// <summary>Objects ordered by namespace and name; an empty namespace means all of them.</summary>
    public IReadOnlyList<JsonObject> List(string resource, string ns = "")
    {
        lock (Gate)
        {
            if (!_objects.TryGetValue(resource, out var objects))
                return [];
            return ns.Length == 0 ? [.. objects.Values] : [.. objects.Values.Where(one => one.Namespace() == ns)];
        }
    }

    /// <summary>Everything there is, each as if it had just been added: where a controller begins.</summary>
    public IReadOnlyList<StoreEvent> Snapshot()
    {
        lock (Gate)
            return [.. _objects.SelectMany(kind =>
                kind.Value.Values.Select(value => new StoreEvent(Version, ChangeType.Added, kind.Key, value, null)))];
    }

    public JsonObject Put(string resource, JsonObject value)
    {
        lock (Gate)
        {
            var objects = _objects.TryGetValue(resource, out var found) ? found : _objects[resource] = new(StringComparer.Ordinal);
            var key = Key(value.Namespace(), value.Name());
            var previous = objects.GetValueOrDefault(key);
            Stamp(value);
            objects[key] = value;
            Publish(new StoreEvent(Version, previous is null ? ChangeType.Added : ChangeType.Modified, resource, value, previous));
            return value;
        }
    }

    public void Remove(string resource, JsonObject value)
    {
        lock (Gate)
        {
            if (!_objects.TryGetValue(resource, out var objects) || !objects.Remove(Key(value.Namespace(), value.Name()), out var previous))
                return;
            var last = value.Copy();
            Stamp(last);
            Publish(new StoreEvent(Version, ChangeType.Deleted, resource, last, previous));
        }
    }

    /// <summary>Forgets all history, so that a watch from any earlier resourceVersion is answered 410.</summary>
    public void Compact()
    {
        lock (Gate)
        {
            Version++;
            _compacted = Version;
            _history.Clear();
        }
    }

    /// <summary>Changes after <paramref name="from"/>, then each as it is committed; null when they are no longer kept.</summary>
    public StoreWatch? Watch(string? resource, long from)
    {
        lock (Gate)
        {
            if (from < _compacted)
                return null;
            var watch = new StoreWatch(resource, this);
            foreach (var change in _history.SkipWhile(change => change.Version <= from))
                watch.Offer(change);
            _watches.Add(watch);
            return watch;
        }
    }

    internal void Forget(StoreWatch watch)
    {
        lock (Gate)
            _watches.Remove(watch);
    }

    private void Stamp(JsonObject value)
    {
        Version++;
        value.Metadata()["resourceVersion"] = Version.ToString(CultureInfo.InvariantCulture);
    }

    private void Publish(StoreEvent change)
    {
        _history.AddLast(change);
        while (_history.Count > _window)
        {
            _compacted = _history.First!.Value.Version;
            _history.RemoveFirst();
        }
        foreach (var watch in _watches)
            watch.Offer(change);
    }

    private static string Key(string ns, string name) => $"{ns}/{name}";
}
