using System.Buffers.Binary;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>Recognises SQLite's files by their first bytes (file format, sections 1.3, 3 and 4.1).</summary>
internal static class DatabaseMagic
{
    public static ReadOnlySpan<byte> Plain => "SQLite format 3\0"u8;

    private static ReadOnlySpan<byte> Journal => [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

    public static bool IsDatabase(ReadOnlySpan<byte> head) => head.StartsWith(Plain);

    public static bool IsWal(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && (BinaryPrimitives.ReadUInt32BigEndian(head) & ~1u) == 0x377f0682;

    public static bool IsIndex(ReadOnlySpan<byte> head) => head.Length >= 4 && BitConverter.ToUInt32(head) == 3007000;

    /// <summary>A journal in use; a finished one kept for reuse has its header zeroed.</summary>
    public static bool IsJournal(ReadOnlySpan<byte> head) => head.StartsWith(Journal);
}
