using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Writes an archive, or what is wanted of it, below an empty directory and makes it durable there. The whole archive is read and must
/// agree with its manifest in everything, however little of it is wanted.
/// </summary>
internal sealed class RestoreExtraction(IArchiveStore store, AgeIdentity? identity, ProgressMeter meter)
{
    /// <summary>A restored one says "profile in use by another computer".</summary>
    private static readonly PathGlobs Stale = new(["**/SingletonLock", "**/SingletonCookie", "**/SingletonSocket"]);

    /// <summary>Why it cannot even begin; asked before anything is written.</summary>
    public Fault? Refusal(Manifest manifest) => !manifest.IsEncrypted ? null
        : identity is null ? AgeIdentity.Required(manifest, "restoring")
        : identity.Check();

    /// <param name="wanted">Null for everything.</param>
    /// <returns>What could not be set as it was at home, in words.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(
        Manifest manifest, string directory, Func<string, bool>? wanted, CancellationToken cancellation)
    {
        meter.Total = manifest.BytesOut;
        meter.Enter(RunStep.Extract);
        await using var files = await store.OpenManifestAsync(manifest.Name, cancellation);
        await using var archive = await store.OpenArchiveAsync(manifest.Name, cancellation);
        using var root = PosixFile.OpenDirectory(null, directory);
        ExtendedAttributes.ClearAccessLists(root);
        using var extraction = new Extraction(root, Stale);
        IEntrySink sink = wanted is null ? extraction : new SelectingSink(extraction, wanted);
        using var reader = new ArchiveReader(manifest, ManifestFile.ReadFiles(files), sink, meter.Set);
        reader.Read(archive, identity, cancellation);
        PosixFile.SyncFileSystem(root);
        return extraction.Losses.InWords();
    }
}
