using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Reads a database as one file: each page from its newest committed WAL frame, else from the main file; pages that exist in neither
/// are zero, as a checkpoint leaves them. Byte for byte what a checkpoint would have produced, with no copy made. True only while
/// what it reads from is held still.
/// </summary>
/// <param name="backfilled">How many frames the index counts as copied into the main file.</param>
internal sealed class DatabaseImage(
    SafeFileHandle main, long mainLength, SafeFileHandle? wal = null, WalWalk? walk = null, uint backfilled = 0)
{
    private readonly HashSet<uint> _passedOver = [];
    private byte[] _inMain = [];

    /// <summary>Bytes of the merged file.</summary>
    public long Length { get; } = walk is { CommittedFrames: > 0 } ? (long)walk.DatabasePages * walk.Header.PageSize : mainLength;

    public uint WalFrames => walk?.CommittedFrames ?? 0;

    public int? PageSize => walk?.Header.PageSize;

    /// <summary>
    /// Pages read so far that the index counts as copied into the main file, and the main file does not have: a checkpoint passed them
    /// over, and SQLite will lose them. Here they are read from the WAL all the same.
    /// </summary>
    /// <remarks>SQLite documentation, "Write-Ahead Logging", the WAL-reset bug; fixed in 3.51.3.</remarks>
    public int PassedOver => _passedOver.Count;

    /// <summary>Fills the buffer from <paramref name="offset"/>, a multiple of the page size; fewer bytes only at the end.</summary>
    public int Read(Span<byte> buffer, long offset)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - offset);
        if (wanted <= 0)
            return 0;
        buffer = buffer[..wanted];
        var read = offset < mainLength ? WalFile.ReadFully(main, buffer[..(int)Math.Min(wanted, mainLength - offset)], offset) : 0;
        buffer[read..].Clear();
        if (walk is { CommittedFrames: > 0 })
            Overlay(buffer, offset, walk);
        return wanted;
    }

    /// <summary>The first 16 bytes, fewer of a shorter file: for SQLCipher its salt, constant as long as the database lives.</summary>
    public byte[] Head()
    {
        var page = new byte[PageSize ?? 16];
        return page[..Math.Min(16, Read(page, 0))];
    }

    private void Overlay(Span<byte> buffer, long offset, WalWalk pages)
    {
        var size = pages.Header.PageSize;
        var number = (uint)(offset / size) + 1;
        if (_inMain.Length != size)
            _inMain = new byte[size];
        for (var start = 0; start < buffer.Length; start += size, number++)
        {
            if (!pages.Pages.TryGetValue(number, out var frame))
                continue;
            buffer.Slice(start, size).CopyTo(_inMain);
            if (WalFile.ReadFully(wal!, buffer.Slice(start, size), pages.Header.PageOffset(frame)) < size)
                throw new EndOfStreamException($"the WAL ends inside frame {frame}, which its index counts as committed");
            // One behind the end of the main file may have been cut off with it, and be of no use since.
            if (frame <= backfilled && offset + start + size <= mainLength && !buffer.Slice(start, size).SequenceEqual(_inMain))
                _passedOver.Add(number);
        }
    }
}
