using System.Collections.Concurrent;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// An archive on its way to a bucket. The caller's cancellation stops it until the commit begins; whatever ends it otherwise, nothing of
/// it stays.
/// </summary>
internal sealed class S3Draft : ArchiveDraft
{
    /// <summary>Undoing must end too, or a process that is told to stop would be killed in the middle of it.</summary>
    private static readonly TimeSpan Undoing = TimeSpan.FromSeconds(20);

    private readonly S3Bucket _bucket;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly S3Upload _archive, _manifest;
    private bool _committed;

    public S3Draft(S3Bucket bucket, string name, ArchiveForm form, CancellationToken cancellation)
    {
        _bucket = bucket;
        ConcurrentBag<byte[]> spare = [];
        _archive = new(bucket, bucket.Location.ArchiveKey(name, form), name, spare, _stop.Token);
        _manifest = new(bucket, bucket.Location.ManifestKey(name), name, spare, _stop.Token);
        _caller = cancellation.Register(_stop.Cancel);
    }

    public override Stream Body => _archive;

    public override async Task CommitAsync(Action<Stream> writeManifest)
    {
        // The last parts may take as long as any: the caller is still heard.
        await _archive.LandAsync();
        // From here on it is not: an archive without its manifest would be lost work.
        await _caller.DisposeAsync();
        _stop.Token.ThrowIfCancellationRequested();
        // Made before the archive becomes an object: one that cannot be made leaves nothing at all.
        writeManifest(_manifest);
        await _archive.CompleteAsync();
        await _manifest.CompleteAsync();
        _committed = true;
    }

    public override async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _stop.CancelAsync();
        using var limit = new CancellationTokenSource(Undoing, _bucket.Time);
        foreach (var upload in new[] { _manifest, _archive })
        {
            try
            {
                await upload.EndAsync(undo: !_committed, limit.Token);
            }
            catch (Exception failure) when (failure is FaultException or OperationCanceledException)
            {
                // The failure that led here is the one to tell; a later run sweeps what could not be undone.
            }
        }
        _stop.Dispose();
    }
}
