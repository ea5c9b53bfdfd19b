using System.Security.Cryptography;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// Reads a SQLCipher copy as the ordinary SQLite file it would be: pages are decrypted as they are asked for and their 80 reserved bytes
/// stay, which SQLite honours (file format, section 1.3.4). Nothing decrypted ever leaves memory, and no more than a page is kept.
/// </summary>
internal sealed class CipherPages : IDisposable
{
    private readonly ContentReader _below;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _sealed = new byte[CipherLayout.PageSize];
    private readonly byte[] _page = new byte[CipherLayout.PageSize];
    private long _number;
    private int _length;

    public CipherPages(ContentReader below, CipherKey key)
    {
        _below = below;
        _aes.SetKey(key.Bytes);
    }

    /// <summary>Any part of the file; fewer bytes only at its end.</summary>
    public int Read(Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var (page, within) = Math.DivRem(offset + filled, CipherLayout.PageSize);
            Hold(page + 1);
            if (within >= _length)
                break;
            var part = _page.AsSpan((int)within, (int)Math.Min(_length - within, buffer.Length - filled));
            part.CopyTo(buffer[filled..]);
            filled += part.Length;
        }
        return filled;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_page);
        _aes.Dispose();
    }

    private void Hold(long number)
    {
        if (_number == number)
            return;
        _number = 0;
        _length = ReadFully(_sealed, (number - 1) * CipherLayout.PageSize);
        if (_length < CipherLayout.PageSize || CipherLayout.IsBlank(_sealed))
            _sealed.CopyTo(_page, 0);
        else
            Open(number);
        _number = number;
    }

    private void Open(long number)
    {
        var start = CipherLayout.Start(number);
        DatabaseMagic.Plain[..start].CopyTo(_page);
        _aes.DecryptCbc(_sealed.AsSpan(start..CipherLayout.Content), CipherLayout.Iv(_sealed), _page.AsSpan(start), PaddingMode.None);
        _sealed.AsSpan(CipherLayout.Content).CopyTo(_page.AsSpan(CipherLayout.Content));
    }

    private int ReadFully(Span<byte> buffer, long at)
    {
        var total = 0;
        int read;
        while (total < buffer.Length && (read = _below(buffer[total..], at + total)) > 0)
            total += read;
        return total;
    }
}
