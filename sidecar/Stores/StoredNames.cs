using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>What every store does alike with names: refuses those that are none, and lists the rest newest first.</summary>
internal static class StoredNames
{
    /// <summary>More manifests than this are never read at once.</summary>
    public const int MostAhead = 8;

    /// <summary>A name becomes a path or a key, so whatever is not a snapshot's name could lead elsewhere.</summary>
    public static Fault? Check(string name) => SnapshotName.TryParse(name) is not null ? null : new Fault(
        "BadName", "that is not the name of a snapshot", "See `sidecar list`");

    public static Fault Missing(string location, string name) =>
        new("NoSuchSnapshot", $"the store {location} has no snapshot '{name}'", "See `sidecar list`");

    public static Fault Exists(string location, string name) => new(
        "SnapshotExists", $"the store {location} already has a snapshot {name}, which is never overwritten",
        "Take it again: the name will be another");

    /// <summary>Puts together what is under which name.</summary>
    /// <param name="files">Names without any folder, and when each was written.</param>
    public static IEnumerable<StoredParts> Parts(IEnumerable<(string Name, DateTimeOffset Written)> files)
    {
        Dictionary<SnapshotName, StoredParts> found = [];
        foreach (var (file, written) in files)
        {
            if (Part(file) is not { } part)
                continue;
            var known = found.GetValueOrDefault(part.Name) ?? part with { LastWritten = written };
            found[part.Name] = known with
            {
                HasArchive = known.HasArchive || part.HasArchive,
                HasManifest = known.HasManifest || part.HasManifest,
                LastWritten = written > known.LastWritten ? written : known.LastWritten,
            };
        }
        return found.Values;
    }

    /// <summary>
    /// Reads ahead, since each costs a round trip to a store that is far away: one at first, which is all that the newest needs, then more
    /// and more. A reader that stops early ends the reading. One that bears another's name is passed over like one that cannot be read.
    /// </summary>
    /// <param name="readAsync">The manifest, or null where it cannot be read; called for several at once.</param>
    public static async IAsyncEnumerable<Manifest> NewestFirstAsync(
        IEnumerable<SnapshotName> names, Func<string, CancellationToken, Task<Manifest?>> readAsync,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ordered = names.OrderByDescending(name => name.Time).Select(name => name.ToString()).ToList();
        Queue<Task<Manifest?>> ahead = [];
        var (at, begun, window) = (0, 0, 1);
        try
        {
            // A name knows the second only; within one the manifests know better.
            foreach (var second in ordered.GroupBy(name => SnapshotName.TryParse(name)!.Time))
            {
                List<Manifest> found = [];
                foreach (var name in second)
                {
                    cancellation.ThrowIfCancellationRequested();
                    for (at++; begun < Math.Min(ordered.Count, at - 1 + window); begun++)
                        ahead.Enqueue(readAsync(ordered[begun], over.Token));
                    if (await ahead.Dequeue() is { } manifest && manifest.Name == name)
                        found.Add(manifest);
                    window = Math.Min(window * 2, MostAhead);
                }
                foreach (var manifest in found.OrderByDescending(manifest => manifest.StartedAt))
                    yield return manifest;
            }
        }
        finally
        {
            await over.CancelAsync();
            foreach (var reading in ahead)
                await reading.Settled();
        }
    }

    private static StoredParts? Part(string file) =>
        file.EndsWith(SnapshotName.ManifestSuffix, StringComparison.Ordinal)
            ? NameOf(file, SnapshotName.ManifestSuffix) is { } name ? new(name, false, true, default) : null
            : ArchiveForm.All.Select(form => NameOf(file, form.Suffix)).FirstOrDefault(name => name is not null) is { } archive
                ? new(archive, true, false, default)
                : null;

    private static SnapshotName? NameOf(string file, string suffix) =>
        file.EndsWith(suffix, StringComparison.Ordinal) ? SnapshotName.TryParse(file[..^suffix.Length]) : null;
}
