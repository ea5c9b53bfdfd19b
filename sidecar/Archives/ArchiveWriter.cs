using System.Security.Cryptography;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Archives;

/// <summary>Sees the contents of a file as they pass.</summary>
internal delegate void ContentObserver(ReadOnlySpan<byte> bytes);

/// <summary>
/// Writes members one after another, each file with exactly the size its header promised, and lists each with the hash of what was
/// written.
/// </summary>
internal sealed class ArchiveWriter(Stream output, FileList list) : IDisposable
{
    public const int BufferSize = 1 << 20;

    private static readonly byte[] Zeros = new byte[TarHeader.Block * 2];

    private readonly TarHeader _header = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _hashBytes = new byte[SHA256.HashSizeInBytes];

    /// <summary>One large buffer for whoever needs one between two members.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);

    public long Members { get; private set; }

    public void Add(ArchiveEntry entry)
    {
        _header.Write(output, entry);
        list.Add(new(entry.Path, FileRecord.TypeOf(entry.Kind), 0, Target: entry.Target.Length > 0 ? entry.Target : null));
        Members++;
    }

    /// <summary>A file whose contents are already whole in memory.</summary>
    public void Add(ArchiveEntry entry, ReadOnlySpan<byte> contents, ContentObserver? observe)
    {
        _header.Write(output, entry with { Size = contents.Length });
        output.Write(contents);
        observe?.Invoke(contents);
        _hash.AppendData(contents);
        Close(entry, contents.Length);
    }

    /// <summary>False when the contents ended early: the rest is zeros, and the hash is of what was written.</summary>
    public bool Add(ArchiveEntry entry, ContentReader read, ContentObserver? observe, CancellationToken cancellation)
    {
        _header.Write(output, entry);
        var whole = true;
        for (long at = 0; at < entry.Size;)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = Buffer.AsSpan(0, (int)Math.Min(Buffer.Length, entry.Size - at));
            var got = whole ? read(chunk, at) : 0;
            whole &= got > 0;
            if (!whole)
                chunk.Clear();
            else
                chunk = chunk[..got];
            output.Write(chunk);
            observe?.Invoke(chunk);
            _hash.AppendData(chunk);
            at += chunk.Length;
        }
        Close(entry, entry.Size);
        return whole;
    }

    /// <summary>The list of all members as the last one, then the end of the archive. The hash of the list is returned.</summary>
    public string Finish(DateTimeOffset now, CancellationToken cancellation)
    {
        var lines = list.Rewind();
        var entry = new ArchiveEntry(FileList.EntryPath, EntryKind.File, lines.Length, 0x180, 0, 0, new(now.ToUnixTimeSeconds(), 0));
        _header.Write(output, entry);
        int read;
        while ((read = lines.Read(Buffer)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(Buffer, 0, read);
            _hash.AppendData(Buffer, 0, read);
        }
        Pad(entry.Size);
        output.Write(Zeros);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _hash.Dispose();
        _header.Dispose();
    }

    private void Close(ArchiveEntry entry, long size)
    {
        Pad(size);
        _hash.GetHashAndReset(_hashBytes);
        list.Add(new(entry.Path, "file", size, Convert.ToHexStringLower(_hashBytes), Sparse: entry.Sparse ? true : null));
        Members++;
    }

    private void Pad(long size) => output.Write(Zeros, 0, (int)(TarHeader.Padded(size) - size));
}
