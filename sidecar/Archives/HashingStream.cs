using System.Security.Cryptography;

namespace ChatOps.Sidecar.Archives;

/// <summary>Passes bytes on and keeps their SHA-256 and their number.</summary>
internal sealed class HashingWriter(Stream below) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        Bytes += buffer.Length;
        below.Write(buffer);
    }

    /// <summary>The hash of everything so far, in lower-case hexadecimal; the next one starts from nothing.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Reads bytes from below and keeps their SHA-256 and their number.</summary>
internal sealed class HashingReader(Stream below) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var read = below.Read(buffer);
        _hash.AppendData(buffer[..read]);
        Bytes += read;
        return read;
    }

    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}
