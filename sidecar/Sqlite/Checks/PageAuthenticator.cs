using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// Checks the HMAC of every SQLCipher 4 page as a copy streams past, given the raw key: a torn or altered page cannot pass. It says
/// nothing about pages of different times.
/// </summary>
internal sealed class PageAuthenticator(CipherKey key) : IDisposable
{
    public const string Name = "page-hmac";
    private const int PageSize = CipherLayout.PageSize, MacSize = CipherLayout.MacSize;

    private readonly byte[] _key = key.Bytes.ToArray();
    private readonly byte[] _page = new byte[PageSize];
    private IncrementalHash? _hmac;
    private int _filled;
    private uint _number;

    public long BadPages { get; private set; }

    /// <summary>
    /// The first page did not fit the key: this is no SQLCipher 4 database of that key, and the other pages were not judged.
    /// </summary>
    public bool KeyFits { get; private set; } = true;

    public long Pages => _number;

    public long? UserVersion { get; private set; }

    public void Observe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && KeyFits)
        {
            if (_filled == 0 && bytes.Length >= PageSize)
            {
                Judge(bytes[..PageSize]);
                bytes = bytes[PageSize..];
                continue;
            }
            var part = bytes[..Math.Min(PageSize - _filled, bytes.Length)];
            part.CopyTo(_page.AsSpan(_filled));
            bytes = bytes[part.Length..];
            _filled = (_filled + part.Length) % PageSize;
            if (_filled == 0)
                Judge(_page);
        }
    }

    /// <summary>"ok", "failed: …" or "not checked: …".</summary>
    public string Result() =>
        !KeyFits ? "not checked: the key in config.json does not open it"
        : BadPages > 0 ? $"failed: {BadPages} of {Pages} pages do not carry their HMAC"
        : _filled != 0 ? "failed: it does not end at the end of a page"
        : "ok";

    public void Dispose()
    {
        _hmac?.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    private void Judge(ReadOnlySpan<byte> page)
    {
        _number++;
        if (_number == 1)
            _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA512, CipherLayout.HmacKey(_key, page[..CipherLayout.SaltSize]));
        if (CipherLayout.IsBlank(page))
            return;
        Span<byte> number = stackalloc byte[4];
        Span<byte> mac = stackalloc byte[MacSize];
        BinaryPrimitives.WriteUInt32LittleEndian(number, _number);
        _hmac!.AppendData(page[CipherLayout.Start(_number)..^MacSize]);
        _hmac.AppendData(number);
        _hmac.GetHashAndReset(mac);
        var good = CryptographicOperations.FixedTimeEquals(mac, page[^MacSize..]);
        if (_number == 1 && good)
            UserVersion = ReadUserVersion(page);
        if (_number == 1)
            KeyFits = good;
        else if (!good)
            BadPages++;
    }

    /// <summary>Bytes 60 to 63 of the decrypted header (file format, section 1.3).</summary>
    private long ReadUserVersion(ReadOnlySpan<byte> page)
    {
        using var aes = Aes.Create();
        aes.Key = _key;
        var head = aes.DecryptCbc(page.Slice(CipherLayout.SaltSize, 64), CipherLayout.Iv(page), PaddingMode.None);
        return BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(60 - CipherLayout.SaltSize));
    }
}
