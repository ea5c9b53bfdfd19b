using System.Security.Cryptography;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Reads an archive front to back and accepts it only when everything agrees: age, zstd, tar, every member with the manifest's list in
/// order, every file's hash, the inner list, and the hash of the archive itself. Anything else is a fault that names the place.
/// </summary>
internal sealed class ArchiveReader(
    Manifest manifest, IEnumerable<FileRecord> files, IEntrySink sink, Action<long, long> progress) : IDisposable
{
    /// <summary>The kind of the fault that says an archive is not what its manifest says, and never will be.</summary>
    public const string Damage = "ArchiveDamaged";

    private readonly IEnumerator<FileRecord> _expected = files.GetEnumerator();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ArchiveWriter.BufferSize, pinned: true);
    private long _members;
    private bool _listSeen;

    /// <summary>Returns when the whole archive was read and agrees; throws a fault otherwise.</summary>
    /// <param name="identity">What opens an encrypted one.</param>
    public void Read(Stream archive, AgeIdentity? identity, CancellationToken cancellation)
    {
        using var raw = new HashingReader(archive);
        try
        {
            using var age = manifest.IsEncrypted ? Open(raw, identity, cancellation) : null;
            using var zstd = new ZstdReader(age ?? (Stream)raw);
            using var plain = new BackgroundReader(zstd);
            var tar = new TarMembers(plain);
            while (tar.Next() is { } entry)
                Take(entry, tar, raw, cancellation);
            while (plain.Read(_buffer) > 0)
                cancellation.ThrowIfCancellationRequested();
            if (!_listSeen || _expected.MoveNext())
                throw Damaged($"it ends after {_members} members, its manifest lists more");
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or FormatException or OverflowException)
        {
            throw Damaged(failure.Message, failure);
        }
        catch (FaultException failure) when (failure.Fault.Kind == AgeFaults.Refused)
        {
            throw Refused(raw, identity!, failure, cancellation);
        }
        if (!IsAsStored(raw))
            throw Damaged("its SHA-256 is not the one in its manifest");
    }

    public void Dispose()
    {
        _expected.Dispose();
        _hash.Dispose();
    }

    private AgeReader Open(HashingReader raw, AgeIdentity? identity, CancellationToken cancellation) =>
        (identity ?? throw new FaultException(AgeIdentity.Required(manifest, "reading"))).Check() is { } fault
            ? throw new FaultException(fault)
            : new(raw, identity, cancellation);

    /// <summary>age cannot tell another's key from a damaged header; the hash of what is stored can, so the rest is read for it.</summary>
    private FaultException Refused(HashingReader raw, AgeIdentity identity, FaultException failure, CancellationToken cancellation)
    {
        while (raw.Read(_buffer) > 0)
            cancellation.ThrowIfCancellationRequested();
        return IsAsStored(raw) ? new(identity.Wrong(manifest, failure.Fault), failure) : Damaged(failure.Fault.Message, failure);
    }

    private bool IsAsStored(HashingReader raw) => raw.Bytes == manifest.BytesOut && raw.Sha256() == manifest.ArchiveSha256;

    private void Take(ArchiveEntry entry, TarMembers tar, HashingReader source, CancellationToken cancellation)
    {
        if (entry.Path == FileList.EntryPath)
        {
            _listSeen = Contents(tar, null, source, cancellation) == manifest.FileListSha256
                ? true
                : throw Damaged("the list of files inside it is not the one in its manifest");
            return;
        }
        if (_listSeen || !_expected.MoveNext())
            throw Damaged($"it holds {entry.Path}, which its manifest does not list");
        var expected = _expected.Current;
        var target = entry.Target.Length > 0 ? entry.Target : null;
        if (expected.Path != entry.Path || expected.Type != FileRecord.TypeOf(entry.Kind) || expected.Size != entry.Size
            || expected.Target != target)
            throw Damaged($"it holds {entry.Path} where its manifest lists {expected.Path}");
        // Only now: in a damaged archive a name may be anything, and that is no attack.
        _ = EntryPath.Check(entry.Path).Value;
        entry = entry with { Sparse = expected.Sparse ?? false };
        sink.Begin(entry);
        if (Contents(tar, sink, source, cancellation) != (expected.Sha256 ?? EmptyHash))
            throw Damaged($"the contents of {entry.Path} do not have the SHA-256 in its manifest");
        sink.End(entry);
        progress(source.Bytes, ++_members);
    }

    private static readonly string EmptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    private string Contents(TarMembers tar, IEntrySink? to, HashingReader source, CancellationToken cancellation)
    {
        int read;
        while ((read = tar.Read(_buffer)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            _hash.AppendData(_buffer, 0, read);
            to?.Write(_buffer.AsSpan(0, read));
            progress(source.Bytes, _members);
        }
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    private FaultException Damaged(string cause, Exception? inner = null) => Damaged(manifest, cause, inner);

    public static FaultException Damaged(Manifest manifest, string cause, Exception? inner = null) =>
        new(Damaged(manifest.Archive, cause), inner);

    public static Fault Damaged(string file, string cause) =>
        new(Damage, $"reading {file}: {cause}", "Use an older snapshot: see `sidecar list`");
}
