using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Feeds the frames of an open WAL to a <see cref="WalWalk"/> in large reads; memory does not grow with the file, only with its distinct
/// pages.
/// </summary>
internal static class WalFile
{
    private const int BufferSize = 1 << 20;

    /// <summary>Null for a file without a valid header, such as the empty WAL a TRUNCATE checkpoint leaves.</summary>
    public static WalWalk? Walk(SafeFileHandle wal, uint lastFrame = uint.MaxValue)
    {
        Span<byte> head = stackalloc byte[WalHeader.Size];
        if (ReadFully(wal, head, 0) < head.Length || WalHeader.Read(head) is not { } header)
            return null;
        var walk = new WalWalk(header, lastFrame);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferSize, header.FrameSize));
        try
        {
            Feed(wal, walk, buffer.AsSpan(0, buffer.Length / header.FrameSize * header.FrameSize));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return walk;
    }

    private static void Feed(SafeFileHandle wal, WalWalk walk, Span<byte> buffer)
    {
        var size = walk.Header.FrameSize;
        long at = WalHeader.Size;
        while (true)
        {
            var read = ReadFully(wal, buffer, at);
            for (var start = 0; start + size <= read; start += size)
            {
                if (!walk.Accept(buffer.Slice(start, size)))
                    return;
            }
            if (read < buffer.Length)
                return;
            at += read;
        }
    }

    internal static int ReadFully(SafeFileHandle file, Span<byte> buffer, long at)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[total..], at + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }
}
