using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>
/// Keeps archives. The contract every store is held to by <c>StoreContract</c>: an archive without its manifest does not exist, to
/// <see cref="ListAsync"/> and to everyone; nothing half-written is ever under a final name; a draft that is disposed without commit
/// leaves nothing visible; listing is newest first; removing takes the manifest first and is harmless when there is nothing; opening what
/// does not exist is a <c>NoSuchSnapshot</c> fault; a name that is none is a <c>BadName</c> fault wherever it is given; committing a name
/// that is taken is a <c>SnapshotExists</c> fault and changes nothing.
/// </summary>
internal interface IArchiveStore
{
    /// <summary>Where it is, for people.</summary>
    string Location { get; }

    /// <summary>Whether archives leave this machine, so that others keep them.</summary>
    bool IsRemote { get; }

    /// <summary>Null when archives can be written; asked before anything is read. May be called any number of times.</summary>
    Task<Fault?> CheckWritableAsync(CancellationToken cancellation);

    Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation);

    /// <summary>Manifests that cannot be read are passed over: one damaged file must not hide the others.</summary>
    IAsyncEnumerable<Manifest> ListAsync(CancellationToken cancellation);

    Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation);

    Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation);

    Task RemoveAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// Whatever lies under the names of snapshots, whole or not, in no order; manifests are not read. What is being written has no such
    /// name before its commit, so half of one is a commit under way, a removal that was interrupted, or somebody else's doing.
    /// </summary>
    IAsyncEnumerable<StoredParts> ListPartsAsync(CancellationToken cancellation);

    /// <summary>
    /// Clears what dead writers left under names that are nobody's, never what a living one may still write; harmless at any time, and
    /// what it is not allowed to clear stays, which is no failure.
    /// </summary>
    Task SweepAsync(CancellationToken cancellation);
}

/// <summary>What a store holds of one snapshot.</summary>
/// <param name="LastWritten">When the younger part became what it is, by the store's own clock.</param>
internal sealed record StoredParts(SnapshotName Name, bool HasArchive, bool HasManifest, DateTimeOffset LastWritten);

/// <summary>
/// An archive being written: nobody sees it before <see cref="CommitAsync"/> has returned. Disposing it uncommitted undoes it.
/// </summary>
internal abstract class ArchiveDraft : IAsyncDisposable
{
    /// <summary>Takes the archive's bytes in order.</summary>
    public abstract Stream Body { get; }

    /// <summary>Makes the archive durable, then the manifest, in that order. Not cancellable: half a commit helps nobody.</summary>
    public abstract Task CommitAsync(Action<Stream> writeManifest);

    public abstract ValueTask DisposeAsync();
}
