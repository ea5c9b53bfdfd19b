using System.Buffers.Binary;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// The first 32 bytes of a WAL file, accepted only when magic, page size and checksum are right (file format, section 4.1).
/// </summary>
internal sealed record WalHeader(bool BigEndianChecksums, int PageSize, ulong Salt, WalChecksum Checksum)
{
    public const int Size = 32;
    public const int FrameHeaderSize = 24;
    private const uint Magic = 0x377f0682;

    public int FrameSize => FrameHeaderSize + PageSize;

    public long PageOffset(uint frame) => Size + (frame - 1L) * FrameSize + FrameHeaderSize;

    public static WalHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size || (BinaryPrimitives.ReadUInt32BigEndian(bytes) & ~1u) != Magic)
            return null;
        var bigEndian = (BinaryPrimitives.ReadUInt32BigEndian(bytes) & 1) != 0;
        var pageSize = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if (pageSize is < 512 or > 65536 || !uint.IsPow2(pageSize))
            return null;
        var checksum = default(WalChecksum).Over(bytes[..24], bigEndian);
        var stored = new WalChecksum(BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]));
        return checksum == stored ? new(bigEndian, (int)pageSize, BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), checksum) : null;
    }
}
