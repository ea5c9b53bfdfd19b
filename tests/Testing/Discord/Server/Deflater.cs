using System.IO.Compression;

namespace ChatOps.Testing.Discord.Server;

/// <summary>One zlib context for a whole connection; each message is flushed and ends in 00 00 FF FF ("Gateway", zlib-stream).</summary>
internal sealed class Deflater : IDisposable
{
    private readonly MemoryStream _out = new();
    private readonly ZLibStream _zlib;

    public Deflater() => _zlib = new(_out, CompressionLevel.Fastest);

    public byte[] Deflate(byte[] message)
    {
        _zlib.Write(message);
        _zlib.Flush();
        var bytes = _out.ToArray();
        _out.SetLength(0);
        return bytes;
    }

    public void Dispose()
    {
        _zlib.Dispose();
        _out.Dispose();
    }
}
