using System.Buffers.Binary;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Follows a WAL frame by frame and knows, after each, which page images are committed: only frames whose salts and running
/// checksum hold, only up to the last commit frame, never past <paramref name="lastFrame"/>. Pure: it is fed, it reads nothing.
/// </summary>
internal sealed class WalWalk(WalHeader header, uint lastFrame = uint.MaxValue)
{
    private readonly Dictionary<uint, uint> _committed = [];
    private readonly Dictionary<uint, uint> _open = [];
    private WalChecksum _checksum = header.Checksum;
    private uint _frame;

    public WalHeader Header => header;

    /// <summary>Frames that count: up to and with the last commit frame.</summary>
    public uint CommittedFrames { get; private set; }

    /// <summary>Size of the database in pages after the last commit; 0 when nothing is committed.</summary>
    public uint DatabasePages { get; private set; }

    /// <summary>Page number to the frame (from 1) that holds its newest committed image.</summary>
    public IReadOnlyDictionary<uint, uint> Pages => _committed;

    /// <summary>Takes the next frame (its header and its page); false when the valid part has ended and no more need be read.</summary>
    public bool Accept(ReadOnlySpan<byte> frame)
    {
        if (_frame >= lastFrame || BinaryPrimitives.ReadUInt64BigEndian(frame[8..]) != header.Salt)
            return false;
        var page = BinaryPrimitives.ReadUInt32BigEndian(frame);
        var commit = BinaryPrimitives.ReadUInt32BigEndian(frame[4..]);
        var checksum = _checksum.Over(frame[..8], header.BigEndianChecksums)
            .Over(frame[WalHeader.FrameHeaderSize..], header.BigEndianChecksums);
        var stored = new WalChecksum(BinaryPrimitives.ReadUInt32BigEndian(frame[16..]), BinaryPrimitives.ReadUInt32BigEndian(frame[20..]));
        if (checksum != stored || page == 0)
            return false;
        _checksum = checksum;
        _open[page] = ++_frame;
        if (commit != 0)
            Commit(commit);
        return true;
    }

    private void Commit(uint pages)
    {
        foreach (var (page, frame) in _open)
            _committed[page] = frame;
        _open.Clear();
        CommittedFrames = _frame;
        DatabasePages = pages;
    }
}
