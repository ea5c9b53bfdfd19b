using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a restore did. <see cref="Restored"/> is null when there was nothing to do.</summary>
/// <param name="Before">Where the earlier contents are kept.</param>
internal sealed record RestoreOutcome(Manifest? Restored, string Into, string? Before, bool OwnersKept, string? Note = null);

/// <summary>
/// Restores one snapshot: extracts beside the place, checks every byte against the manifest, makes it durable and only then puts it
/// there. Until
/// then any failure leaves what was there untouched; after that point an interruption is finished by running again.
/// </summary>
internal sealed class RestoreRun(IArchiveStore store, TimeProvider time, Action<RunProgress>? listener = null, AgeIdentity? identity = null)
{
    /// <summary>A restored one says "profile in use by another computer".</summary>
    private static readonly PathGlobs Stale = new(["**/SingletonLock", "**/SingletonCookie", "**/SingletonSocket"]);

    private readonly ProgressMeter _meter = new(listener);

    public async Task<RestoreOutcome> RunAsync(string choice, string? target, string directory, bool ifEmpty,
        CancellationToken cancellation)
    {
        _meter.Enter(RunStep.Check);
        var placement = Placement.For(directory);
        var resumed = placement.Resume();
        if (ifEmpty && !placement.IsEmpty())
            return new(null, placement.Into, null, true, resumed is null
                ? "it is not empty, so it was left as it is" : $"finished restoring {resumed}");
        var chosen = await SnapshotChoice.FindAsync(store, target, choice, cancellation);
        if (ifEmpty && choice == SnapshotChoice.Latest && chosen.Fault is not null)
            return new(null, placement.Into, null, true, "the store holds no snapshot yet");
        var manifest = chosen.Value;
        if (resumed == manifest.Name)
            return new(manifest, placement.Into, null, true, "finished the restore that had been interrupted");

        if (RefusalOf(manifest) is { } refusal)
            throw new FaultException(refusal);
        placement.MakePartial();
        try
        {
            var owners = await ExtractAsync(manifest, placement, cancellation);

            _meter.Enter(RunStep.Place);
            // From here on nothing is cancelled: half a placing is worse than either end of it.
            var before = placement.Place(manifest.Name, time.GetUtcNow());
            return new(manifest, placement.Into, before, owners);
        }
        catch
        {
            placement.RemovePartial();
            throw;
        }
    }

    private Fault? RefusalOf(Manifest manifest) => !manifest.IsEncrypted ? null
        : identity is null ? AgeIdentity.Required(manifest, "restoring")
        : identity.Check();

    private async Task<bool> ExtractAsync(Manifest manifest, Placement placement, CancellationToken cancellation)
    {
        if (new DriveInfo(placement.Partial).AvailableFreeSpace < manifest.BytesIn)
            throw new FaultException(new Fault(
                "NoRoom", $"restoring {manifest.Name} needs {new ByteSize(manifest.BytesIn)} beside {placement.Into}, and there is less free",
                "Free some space, or remove an old .before-restore directory"));
        _meter.Total = manifest.BytesOut;
        _meter.Enter(RunStep.Extract);
        await using var files = await store.OpenManifestAsync(manifest.Name, cancellation);
        await using var archive = await store.OpenArchiveAsync(manifest.Name, cancellation);
        using var root = PosixFile.OpenDirectory(null, placement.Partial);
        using var extraction = new Extraction(root, Stale);
        using var reader = new ArchiveReader(manifest, ManifestFile.ReadFiles(files), extraction, _meter.Set);
        reader.Read(archive, identity, cancellation);
        PosixFile.SyncFileSystem(root);
        return extraction.OwnersKept;
    }
}
