using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>Turns what a person typed, a name or <c>latest</c>, into the manifest of a snapshot that exists.</summary>
internal static class SnapshotChoice
{
    public const string Latest = "latest";

    public static async Task<Outcome<Manifest>> FindAsync(IArchiveStore store, string? target, string text, CancellationToken cancellation)
    {
        if (text != Latest)
            return await OpenAsync(store, text, cancellation);
        await foreach (var manifest in store.ListAsync(cancellation))
        {
            if (target is null || manifest.Target == target)
                return manifest;
        }
        return Missing(store, target is null ? "any snapshot" : $"a snapshot of {target}");
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
        new("NoSuchSnapshot", $"the store {store.Location} does not hold {what}", "See `sidecar list`");
}
