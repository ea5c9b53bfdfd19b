using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>The running checksum of a WAL file and of the WAL index (file format, section 4.2): two words over pairs of words.</summary>
internal readonly record struct WalChecksum(uint First, uint Second)
{
    /// <summary>Goes on over <paramref name="data"/>, whose length is a multiple of 8.</summary>
    public WalChecksum Over(ReadOnlySpan<byte> data, bool bigEndian)
    {
        var (first, second) = (First, Second);
        var words = MemoryMarshal.Cast<byte, uint>(data);
        if (bigEndian == BitConverter.IsLittleEndian)
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                first += BinaryPrimitives.ReverseEndianness(words[i]) + second;
                second += BinaryPrimitives.ReverseEndianness(words[i + 1]) + first;
            }
        }
        else
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                first += words[i] + second;
                second += words[i + 1] + first;
            }
        }
        return new(first, second);
    }
}
