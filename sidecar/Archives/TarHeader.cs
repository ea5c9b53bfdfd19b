using System.Globalization;
using System.Text;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Writes one member's header blocks: a pax extended header for what ustar cannot say (nanoseconds, long or non-ASCII names, large
/// numbers, extended attributes) and the ustar block (POSIX.1-2008, pax). One buffer is used again and again.
/// </summary>
internal sealed class TarHeader : IDisposable
{
    public const int Block = 512;

    private const long LargestSize = 0x1_FFFF_FFFF;
    private const long LargestId = 0x1F_FFFF;

    private readonly byte[] _block = new byte[Block];
    private readonly MemoryStream _records = new();

    public void Write(Stream output, ArchiveEntry entry)
    {
        _records.SetLength(0);
        var path = entry.Kind == EntryKind.Directory ? entry.Path + "/" : entry.Path;
        AddRecords(entry, path);
        if (_records.Length > 0)
        {
            Fill((byte)'x', "PaxHeaders/" + entry.Path, "", _records.Length, 0x1A4, entry with { Uid = 0, Gid = 0 });
            output.Write(_block);
            _records.SetLength(Padded(_records.Length));
            output.Write(_records.GetBuffer(), 0, (int)_records.Length);
        }
        Fill((byte)entry.Kind, path, entry.Target, entry.Size, entry.Mode, entry);
        output.Write(_block);
    }

    public void Dispose() => _records.Dispose();

    public static long Padded(long size) => (size + Block - 1) / Block * Block;

    private void AddRecords(ArchiveEntry entry, string path)
    {
        if (NeedsRecord(path))
            AddRecord("path", path);
        if (NeedsRecord(entry.Target))
            AddRecord("linkpath", entry.Target);
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > LargestSize)
            AddRecord("mtime", entry.Modified.ToString());
        if (entry.Size > LargestSize)
            AddRecord("size", entry.Size.ToString(CultureInfo.InvariantCulture));
        if (entry.Uid > LargestId)
            AddRecord("uid", entry.Uid.ToString(CultureInfo.InvariantCulture));
        if (entry.Gid > LargestId)
            AddRecord("gid", entry.Gid.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in entry.Attributes ?? [])
            AddAttribute(name, value);
    }

    // GNU tar and bsdtar read SCHILY.xattr, whose value is raw; one that is no text would break readers that take records for UTF-8,
    // so it goes the way of libarchive: base64.
    private void AddAttribute(string name, byte[] value)
    {
        if (Ascii.IsValid(value) && !value.AsSpan().Contains((byte)0))
            AddRecord("SCHILY.xattr." + name, Encoding.ASCII.GetString(value));
        else
            AddRecord("LIBARCHIVE.xattr." + name, Convert.ToBase64String(value));
    }

    private static bool NeedsRecord(string text) => text.Length > 100 || !Ascii.IsValid(text);

    /// <summary>"LENGTH KEY=VALUE\n", where LENGTH counts itself.</summary>
    private void AddRecord(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
        var length = rest + Digits(rest);
        length = rest + Digits(length);
        _records.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}={value}\n")));
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private void Fill(byte kind, string path, string target, long size, uint mode, ArchiveEntry entry)
    {
        var block = _block.AsSpan();
        block.Clear();
        Text(block[..100], path);
        Octal(block[100..108], mode);
        Octal(block[108..116], entry.Uid > LargestId ? 0 : entry.Uid);
        Octal(block[116..124], entry.Gid > LargestId ? 0 : entry.Gid);
        Octal(block[124..136], size > LargestSize ? 0 : size);
        Octal(block[136..148], Math.Clamp(entry.Modified.Seconds, 0, LargestSize));
        block[156] = kind;
        Text(block[157..257], target);
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);
        block[148..156].Fill((byte)' ');
        var sum = 0;
        foreach (var b in block)
            sum += b;
        Octal(block[148..155], sum);
    }

    private static void Text(Span<byte> field, string text)
    {
        // Cut at a whole character: the pax record beside it holds the full text.
        Encoding.UTF8.GetEncoder().Convert(text, field, flush: true, out _, out _, out _);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }
}
