using System.Globalization;

namespace ChatOps.Kubernetes;

/// <summary>Which objects of a collection are meant.</summary>
public sealed record Selection(string? Labels = null, string? Fields = null)
{
    public static readonly Selection All = new();

    /// <summary>The one object of that name.</summary>
    public static Selection Named(string name) => new(Fields: $"metadata.name={name}");

    internal string Query(params (string Key, string? Value)[] more)
    {
        var parts = new List<(string Key, string? Value)> { ("labelSelector", Labels), ("fieldSelector", Fields) };
        parts.AddRange(more);
        return string.Join("&", parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
    }
}

/// <summary>How an object is to be deleted.</summary>
/// <param name="Propagation"><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</param>
public sealed record Deletion(
    string? Propagation = null, long? GracePeriodSeconds = null, string? Uid = null, string? ResourceVersion = null);

/// <summary>Which part of a container's log is read.</summary>
public sealed record LogQuery(string? Container = null, bool Follow = false, int? TailLines = null, bool Previous = false)
{
    internal string Query => Selection.All.Query(
        ("container", Container), ("follow", Follow ? "true" : null), ("previous", Previous ? "true" : null),
        ("tailLines", TailLines?.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A collection at one resourceVersion: a watch from there misses nothing.</summary>
public sealed record ResourceList<T>(IReadOnlyList<T> Items, string ResourceVersion);

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

public sealed record WatchEvent<T>(WatchEventType Type, T Object);
