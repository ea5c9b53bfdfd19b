using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// The header of a WAL index (-shm), accepted only when both of its copies are equal and their checksum holds, as SQLite's own
/// readers demand (WAL-mode file format, section 2.1). Native byte order.
/// </summary>
internal readonly record struct WalIndexHeader(uint LastFrame, uint DatabasePages, int PageSize, ulong Salt, uint Change)
{
    private const int CopySize = 48;
    private const uint Version = 3007000;

    public static WalIndexHeader? Read(SafeFileHandle shm)
    {
        Span<byte> both = stackalloc byte[2 * CopySize];
        return WalFile.ReadFully(shm, both, 0) == both.Length ? Read(both) : null;
    }

    /// <summary>
    /// How many frames the index counts as copied into the main file (nBackfill, the first word behind both copies); still while no
    /// checkpoint can run.
    /// </summary>
    public static uint Backfilled(SafeFileHandle shm)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        return WalFile.ReadFully(shm, word, 2 * CopySize) == word.Length ? MemoryMarshal.Read<uint>(word) : 0;
    }

    /// <summary>Null while a writer is between its two copies, or when the index was never set up.</summary>
    public static WalIndexHeader? Read(ReadOnlySpan<byte> both)
    {
        var copy = both[..CopySize];
        var words = MemoryMarshal.Cast<byte, uint>(copy);
        if (!copy.SequenceEqual(both.Slice(CopySize, CopySize)) || words[0] != Version || copy[12] == 0)
            return null;
        if (default(WalChecksum).Over(copy[..40], bigEndian: !BitConverter.IsLittleEndian) != new WalChecksum(words[10], words[11]))
            return null;
        int stored = MemoryMarshal.Read<ushort>(copy[14..]);
        var pageSize = (stored & 0xfe00) + ((stored & 1) << 16);
        // The salts lie there in the bytes of the WAL header, so they compare with its big-endian reading.
        var salt = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(copy[32..]);
        return new(words[4], words[5], pageSize, salt, words[2]);
    }
}
