using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>Turns what a person typed, a name or <c>latest</c>, into the manifest of a snapshot that exists.</summary>
internal static class SnapshotChoice
{
    public const string Latest = "latest";

    /// <summary>The kind of the fault that says that there is none.</summary>
    public const string None = "NoSuchSnapshot";

    /// <param name="now">The latest is none that claims to be of a later time, unless there is no other.</param>
    public static async Task<Outcome<Manifest>> FindAsync(
        IArchiveStore store, string? target, string text, DateTimeOffset now, CancellationToken cancellation)
    {
        if (text != Latest)
            return await OpenAsync(store, text, cancellation);
        if (target is null && await TargetsAsync(store, cancellation) is [var one, var other, .. var more])
            return new Fault("SeveralTargets",
                $"the store {store.Location} holds snapshots of {one} and {other}{(more.Count > 0 ? $" and {more.Count} more" : "")}, "
                    + "and the newest may be of any", "Say whose: --target NAME (SIDECAR_TARGET), or give the snapshot's name");
        Manifest? misdated = null;
        await foreach (var manifest in store.ListAsync(cancellation))
        {
            if (target is not null && manifest.Target != target)
                continue;
            if (manifest.CutAt <= now + RetentionPlan.Skew)
                return manifest;
            misdated ??= manifest;
        }
        return misdated is not null ? misdated : Missing(store, target is null ? "any snapshot" : $"a snapshot of {target}");
    }

    /// <summary>By the names alone; no manifest is read for it.</summary>
    private static async Task<List<string>> TargetsAsync(IArchiveStore store, CancellationToken cancellation)
    {
        SortedSet<string> targets = new(StringComparer.Ordinal);
        await foreach (var parts in store.ListPartsAsync(cancellation))
        {
            if (parts is { HasManifest: true, HasArchive: true })
                targets.Add(parts.Name.Target);
        }
        return [.. targets];
    }

    /// <summary>A name needs no list, which costs a request for every snapshot and may lag behind.</summary>
    private static async Task<Outcome<Manifest>> OpenAsync(IArchiveStore store, string name, CancellationToken cancellation)
    {
        if (SnapshotName.TryParse(name) is null)
            return Missing(store, $"a snapshot '{name}'");
        try
        {
            await using var file = await store.OpenManifestAsync(name, cancellation);
            return await ManifestFile.ReadAsync(file, cancellation);
        }
        catch (FaultException failure)
        {
            return failure.Fault;
        }
        catch (InvalidDataException failure)
        {
            return ArchiveReader.Damaged(name + SnapshotName.ManifestSuffix, failure.Message);
        }
    }

    private static Fault Missing(IArchiveStore store, string what) =>
        new(None, $"the store {store.Location} does not hold {what}", "See `sidecar list`");
}
