using System.Buffers.Binary;

namespace ChatOps.Sidecar.Tests.Sqlite;

/// <summary>What crashes, bad disks and careless copies do to a WAL: each takes the good bytes and gives others.</summary>
internal static class WalDamage
{
    private const int Head = 32, FrameHead = 24;

    public static IReadOnlyList<Func<byte[], Random, byte[]>> Kinds { get; } =
        [Cut, CutAtFrame, FlipAnywhere, FlipInHead, FlipInFrameHead, FlipInLastFrame, AppendNoise, AppendStale, ZeroTail, SwapFrames];

    private static byte[] Cut(byte[] wal, Random random) => wal[..random.Next(wal.Length + 1)];

    private static byte[] CutAtFrame(byte[] wal, Random random) => wal[..Frame(wal, random)];

    private static byte[] FlipAnywhere(byte[] wal, Random random) => Flip(wal, random.Next(wal.Length), random);

    private static byte[] FlipInHead(byte[] wal, Random random) => Flip(wal, random.Next(Math.Min(Head, wal.Length)), random);

    private static byte[] FlipInFrameHead(byte[] wal, Random random) => Flip(wal, Frame(wal, random) + random.Next(FrameHead), random);

    private static byte[] FlipInLastFrame(byte[] wal, Random random) =>
        Flip(wal, wal.Length - 1 - random.Next(Math.Min(wal.Length, Size(wal))), random);

    private static byte[] AppendNoise(byte[] wal, Random random)
    {
        var noise = new byte[random.Next(1, 3 * Size(wal))];
        random.NextBytes(noise);
        return [.. wal, .. noise];
    }

    /// <summary>A frame from further ahead once more at the end: its salts are right, its checksum follows on another frame.</summary>
    private static byte[] AppendStale(byte[] wal, Random random)
    {
        var at = Frame(wal, random);
        return [.. wal, .. wal.AsSpan(at, Math.Min(Size(wal), wal.Length - at))];
    }

    private static byte[] ZeroTail(byte[] wal, Random random)
    {
        var bad = (byte[])wal.Clone();
        bad.AsSpan(random.Next(bad.Length)).Clear();
        return bad;
    }

    private static byte[] SwapFrames(byte[] wal, Random random)
    {
        var (one, other, size) = (Frame(wal, random), Frame(wal, random), Size(wal));
        if (Math.Max(one, other) + size > wal.Length)
            return wal;
        var bad = (byte[])wal.Clone();
        wal.AsSpan(one, size).CopyTo(bad.AsSpan(other));
        wal.AsSpan(other, size).CopyTo(bad.AsSpan(one));
        return bad;
    }

    /// <summary>The same history as a machine of the other byte order would have written it: magic and every checksum that holds.</summary>
    public static byte[] ToBigEndian(byte[] wal)
    {
        var (size, salt) = (Size(wal), BinaryPrimitives.ReadUInt64BigEndian(wal.AsSpan(16)));
        var sums = new BothSums();
        var turned = (byte[])wal.Clone();
        turned[3] |= 1;
        sums.Over(wal.AsSpan(0, 24), turned.AsSpan(0, 24));
        sums.Store(turned.AsSpan(24));
        for (var at = Head; at + size <= wal.Length; at += size)
        {
            var old = wal.AsSpan(at, size);
            var frame = turned.AsSpan(at, size);
            sums.Over(old[..8], frame[..8]);
            sums.Over(old[FrameHead..], frame[FrameHead..]);
            // Frames of an earlier generation, and those that never were whole, stay as invalid as they are.
            if (BinaryPrimitives.ReadUInt64BigEndian(old[8..]) != salt || !sums.Little.IsStoredAt(old[16..]))
                break;
            sums.Store(frame[16..]);
        }
        return turned;
    }

    private static int Size(byte[] wal) => FrameHead + (int)BinaryPrimitives.ReadUInt32BigEndian(wal.AsSpan(8));

    /// <summary>Where some frame begins.</summary>
    private static int Frame(byte[] wal, Random random) => Head + (Size(wal) * random.Next(Math.Max(1, (wal.Length - Head) / Size(wal))));

    private static byte[] Flip(byte[] wal, int at, Random random)
    {
        var bad = (byte[])wal.Clone();
        bad[Math.Min(at, bad.Length - 1)] ^= (byte)(1 << random.Next(8));
        return bad;
    }

    private sealed class BothSums
    {
        public WalSum Little { get; } = new(bigEndian: false);

        private WalSum Big { get; } = new(bigEndian: true);

        public void Over(ReadOnlySpan<byte> old, ReadOnlySpan<byte> turned)
        {
            Little.Over(old);
            Big.Over(turned);
        }

        public void Store(Span<byte> at) => Big.Store(at);
    }
}
