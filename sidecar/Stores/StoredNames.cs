using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>What every store does alike with names: refuses those that are none, and lists the rest newest first.</summary>
internal static class StoredNames
{
    /// <summary>A name becomes a path or a key, so whatever is not a snapshot's name could lead elsewhere.</summary>
    public static Fault? Check(string name) => SnapshotName.TryParse(name) is not null ? null : new Fault(
        "BadName", "that is not the name of a snapshot", "See `sidecar list`");

    public static Fault Missing(string location, string name) =>
        new("NoSuchSnapshot", $"the store {location} has no snapshot '{name}'", "See `sidecar list`");

    public static Fault Exists(string location, string name) => new(
        "SnapshotExists", $"the store {location} already has a snapshot {name}, which is never overwritten",
        "Take it again: the name will be another");

    /// <param name="readAsync">The manifest, or null where it cannot be read.</param>
    public static async IAsyncEnumerable<Manifest> NewestFirstAsync(
        IEnumerable<SnapshotName> names, Func<string, Task<Manifest?>> readAsync, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var second in names.GroupBy(name => name.Time).OrderByDescending(group => group.Key))
        {
            cancellation.ThrowIfCancellationRequested();
            // A name knows the second only; within one the manifests know better.
            List<Manifest> found = [];
            foreach (var name in second)
            {
                if (await readAsync(name.ToString()) is { } manifest)
                    found.Add(manifest);
            }
            foreach (var manifest in found.OrderByDescending(manifest => manifest.StartedAt))
                yield return manifest;
        }
    }
}
