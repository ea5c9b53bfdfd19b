using System.Collections.Concurrent;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Operations;

/// <summary>
/// Tells, of what a watch shows, what came to its end before the eyes of this process, each once. What had ended when the process began was
/// counted by the one before; what ended while none was there is not counted, and stands in the resources.
/// </summary>
internal sealed class Endings
{
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);

    /// <param name="synced">Whether all that existed at the start has been shown.</param>
    public bool IsNew(WatchEventType type, IResource resource, bool final, bool synced)
    {
        var key = resource.Metadata.Uid ?? $"{resource.Metadata.Namespace}/{resource.Metadata.Name}";
        var known = _ended.TryGetValue(key, out var before);
        if (type == WatchEventType.Deleted) _ended.TryRemove(key, out _);
        else _ended[key] = final;
        return type != WatchEventType.Deleted && final && (known ? !before : synced);
    }
}
