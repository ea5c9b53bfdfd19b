using System.Buffers.Binary;

namespace ChatOps.Sidecar.Tests.Sqlite;

/// <summary>
/// Writes WAL bytes by the file format's own words, with a checksum of its own, so that the reader under test is not its own judge.
/// </summary>
internal sealed class WalBuilder
{
    public const int PageSize = 512;

    private readonly List<byte> _bytes = [];
    private readonly WalSum _sum;
    private readonly ulong _salt;

    public WalBuilder(bool bigEndian, ulong salt = 0x0102030405060708)
    {
        (_sum, _salt) = (new(bigEndian), salt);
        var head = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(head, bigEndian ? 0x377f0683u : 0x377f0682u);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), 3007000);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), PageSize);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(16), salt);
        _sum.Over(head.AsSpan(0, 24));
        _sum.Store(head.AsSpan(24));
        _bytes.AddRange(head);
    }

    public byte[] Bytes => [.. _bytes];

    public WalBuilder Frame(uint page, uint commit, byte fill, ulong? salt = null)
    {
        var frame = new byte[24 + PageSize];
        BinaryPrimitives.WriteUInt32BigEndian(frame, page);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), commit);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(8), salt ?? _salt);
        frame.AsSpan(24).Fill(fill);
        _sum.Over(frame.AsSpan(0, 8));
        _sum.Over(frame.AsSpan(24));
        _sum.Store(frame.AsSpan(16));
        _bytes.AddRange(frame);
        return this;
    }
}

/// <summary>The running checksum by the words of the file format, apart from the product's own.</summary>
internal sealed class WalSum(bool bigEndian)
{
    private uint _a, _b;

    public void Over(ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length; i += 8)
        {
            _a = unchecked(_a + Word(data[i..]) + _b);
            _b = unchecked(_b + Word(data[(i + 4)..]) + _a);
        }
    }

    public void Store(Span<byte> at)
    {
        BinaryPrimitives.WriteUInt32BigEndian(at, _a);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], _b);
    }

    public bool IsStoredAt(ReadOnlySpan<byte> at) =>
        BinaryPrimitives.ReadUInt32BigEndian(at) == _a && BinaryPrimitives.ReadUInt32BigEndian(at[4..]) == _b;

    private uint Word(ReadOnlySpan<byte> at) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
