using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Reads one archive back from its store and returns only when all of it agrees: archive hash, zstd, tar, every file's hash; of an
/// encrypted one without an identity only what can be seen from outside. It does not open databases; <see cref="ChecksOf"/> is exactly
/// what was done.
/// </summary>
/// <param name="contents">Sees what is inside as it passes; it must be believed only when the run returns.</param>
internal sealed class VerifyRun(
    IArchiveStore store, Action<RunProgress>? listener = null, AgeIdentity? identity = null, IEntrySink? contents = null) : IEntrySink
{
    private static readonly string[] Inside = ["zstd", "tar", "file-list", "file-sha256"];

    private readonly ProgressMeter _meter = new(listener);

    public static IReadOnlyList<string> ChecksOf(Manifest manifest, bool withIdentity) => (manifest.IsEncrypted, withIdentity) switch
    {
        (false, _) => ["archive-sha256", .. Inside],
        (true, true) => ["archive-sha256", "age-decrypted", .. Inside],
        (true, false) => ["archive-sha256", "age-header"],
    };

    public async Task<Manifest> RunAsync(string name, CancellationToken cancellation)
    {
        using var steps = _meter;
        _meter.Enter(RunStep.Check);
        var manifest = (await SnapshotChoice.FindAsync(store, null, name, DateTimeOffset.MinValue, cancellation)).Value;
        _meter.Total = manifest.BytesOut;

        _meter.Enter(RunStep.Verify);
        await using var archive = await store.OpenArchiveAsync(name, cancellation);
        await using var files = await store.OpenManifestAsync(name, cancellation);
        if (manifest.IsEncrypted && identity is null)
        {
            StoredBytes.Check(manifest, files, archive, _meter.Set, cancellation);
            return manifest;
        }
        using var reader = new ArchiveReader(manifest, ManifestFile.ReadFiles(files), contents ?? this, _meter.Set);
        reader.Read(archive, identity, cancellation);
        return manifest;
    }

    void IEntrySink.Begin(ArchiveEntry entry)
    {
    }

    void IEntrySink.Write(ReadOnlySpan<byte> bytes)
    {
    }

    void IEntrySink.End(ArchiveEntry entry)
    {
    }
}
