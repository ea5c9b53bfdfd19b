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
        await foreach (var manifest in store.ListAsync(cancellation))
        {
            if (text == Latest ? target is null || manifest.Target == target : manifest.Name == text)
                return manifest;
        }
        var what = text == Latest ? target is null ? "any snapshot" : $"a snapshot of {target}" : $"a snapshot '{text}'";
        return new Fault("NoSuchSnapshot", $"the store {store.Location} does not hold {what}", "See `sidecar list`");
    }
}
