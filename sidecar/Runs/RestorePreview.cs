using System.Security.Cryptography;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a restore would do.</summary>
/// <param name="Pending">The snapshot of an interrupted restore that would be finished first.</param>
/// <param name="Refusal">Why it would not be placed there; null when nothing speaks against it.</param>
/// <param name="Kept">What is there and would be kept aside: where to for a whole restore, the names in the way for single paths.</param>
internal sealed record RestorePreview(
    Manifest Manifest, string Into, string Manner, RestoreNeeds Needs, long Free, string? Pending, Fault? Refusal,
    IReadOnlyList<string> Kept)
{
    /// <summary>Looks at the store and at the place; touches nothing, and needs no identity.</summary>
    public static async Task<RestorePreview> MakeAsync(
        IArchiveStore store, string choice, string? target, string directory, PathSelection? selection, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var manifest = (await SnapshotChoice.FindAsync(store, target, choice, now, cancellation)).Value;
        var needs = await RestoreNeeds.MeasureAsync(store, manifest, selection, cancellation);
        var placement = Placement.For(directory, make: false);
        var kept = selection is null
            ? placement.Aside() is { } aside ? [aside] : []
            : await InTheWayAsync(store, manifest, placement.Into, selection, cancellation);
        var manner = selection is null ? placement.Manner : "file by file, beside what is there";
        return new(
            manifest, placement.Into, manner, needs, RestoreNeeds.FreeIn(placement.Into), placement.Pending(), placement.Refusal(), kept);
    }

    private static async Task<IReadOnlyList<string>> InTheWayAsync(
        IArchiveStore store, Manifest manifest, string into, PathSelection selection, CancellationToken cancellation)
    {
        await using var list = await store.OpenManifestAsync(manifest.Name, cancellation);
        var databases = manifest.Databases.Select(facts => facts.Path).ToHashSet(StringComparer.Ordinal);
        List<string> found = [];
        foreach (var record in ManifestFile.ReadFiles(list).Where(record => record.Type != "directory" && selection.Contains(record.Path)))
        {
            cancellation.ThrowIfCancellationRequested();
            // What was made by another program may name anything; such an archive is refused when it is read.
            if (EntryPath.Check(record.Path) is not { Succeeded: true, Value: var path })
                continue;
            var old = databases.Contains(path)
                ? PathPlacement.Companions.Where(end => File.Exists(Path.Combine(into, path + end))).ToList()
                : [];
            if (IsInTheWay(Path.Combine(into, path), record, replaced: old.Count > 0))
                found.Add(path);
            found.AddRange(old.Select(end => path + end));
        }
        return found;
    }

    private static bool IsInTheWay(string path, FileRecord record, bool replaced)
    {
        if (FileState.Find(path) is not { } there)
            return false;
        if (replaced || record.Sha256 is null || there.Kind != FileKind.File || there.Size != record.Size)
            return true;
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file)) != record.Sha256;
    }
}
