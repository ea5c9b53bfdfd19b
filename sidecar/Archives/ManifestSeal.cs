using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// The last line of a manifest: the SHA-256 of every byte before that line, so that a bit that changes anywhere in the manifest is found,
/// even one that leaves its meaning. Reads what it guards as it passes: no second pass, and no memory.
/// </summary>
internal sealed class ManifestSeal(Stream below) : ReadOnlyStream
{
    /// <summary>How the manifests of older versions end, which have no such line.</summary>
    private static readonly byte[] Unsealed = "\n  ]\n}\n"u8.ToArray();

    private static readonly int Size = Line(new string('0', 2 * SHA256.HashSizeInBytes)).Length;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _last = new byte[Size];
    private int _held;

    public static byte[] Line(string sha256) => Encoding.ASCII.GetBytes($"  \"manifestSha256\": \"{sha256}\"\n}}\n");

    public override int Read(Span<byte> buffer)
    {
        var read = below.Read(buffer);
        Take(buffer[..read]);
        return read;
    }

    /// <summary>At the end of the stream: anything but the right line, or the ending of an older manifest, is an error.</summary>
    public void RequireWhole()
    {
        var last = _last.AsSpan(0, _held);
        if (!last.SequenceEqual(Line(Convert.ToHexStringLower(_hash.GetHashAndReset()))) && !last.EndsWith(Unsealed))
            throw new InvalidDataException("the manifest is not as it was written: its SHA-256 is another");
    }

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The last bytes are held back from the hash: they may be the line itself.</summary>
    private void Take(ReadOnlySpan<byte> bytes)
    {
        var surplus = Math.Max(0, _held + bytes.Length - Size);
        var old = Math.Min(surplus, _held);
        _hash.AppendData(_last, 0, old);
        _hash.AppendData(bytes[..(surplus - old)]);
        _last.AsSpan(old, _held - old).CopyTo(_last);
        _held -= old;
        bytes[(surplus - old)..].CopyTo(_last.AsSpan(_held));
        _held += bytes.Length - (surplus - old);
    }
}
