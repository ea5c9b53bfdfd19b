using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Reads one archive back from its store and returns only when all of it agrees: archive hash, zstd, tar, every file's hash. It does not
/// open
/// databases; <see cref="Checks"/> is exactly what was done.
/// </summary>
internal sealed class VerifyRun(IArchiveStore store, Action<RunProgress>? listener = null) : IEntrySink
{
    public static readonly IReadOnlyList<string> Checks = ["archive-sha256", "zstd", "tar", "file-list", "file-sha256"];

    private readonly ProgressMeter _meter = new(listener);

    public async Task<Manifest> RunAsync(string name, CancellationToken cancellation)
    {
        _meter.Enter(RunStep.Check);
        Manifest manifest;
        await using (var head = await store.OpenManifestAsync(name, cancellation))
            manifest = await ManifestFile.ReadAsync(head, cancellation);
        _meter.Total = manifest.BytesOut;

        _meter.Enter(RunStep.Verify);
        await using var files = await store.OpenManifestAsync(name, cancellation);
        await using var archive = await store.OpenArchiveAsync(name, cancellation);
        using var reader = new ArchiveReader(manifest, ManifestFile.ReadFiles(files), this, _meter.Set);
        reader.Read(archive, cancellation);
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
