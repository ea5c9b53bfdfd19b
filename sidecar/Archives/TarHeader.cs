using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ChatOps.Sidecar.Posix;

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
        if (!Utf8.IsValid(ByteName.Encode(path)) || !Utf8.IsValid(ByteName.Encode(entry.Target)))
            AddRecord("hdrcharset", "BINARY");
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
        {
            var (key, text) = PaxAttributes.Write(name, value);
            AddRecord(key, text);
        }
    }

    private static bool NeedsRecord(string text) => text.Length > 100 || !Ascii.IsValid(text);

    /// <summary>"LENGTH KEY=VALUE\n", where LENGTH counts itself.</summary>
    private void AddRecord(string key, string value)
    {
        byte[] text = [.. ByteName.Encode(key), (byte)'=', .. ByteName.Encode(value), (byte)'\n'];
        var rest = text.Length + 1;
        var length = rest + Digits(rest);
        length = rest + Digits(length);
        _records.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} ")));
        _records.Write(text);
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
        var bytes = ByteName.Encode(text).AsSpan();
        var length = Math.Min(bytes.Length, field.Length);
        while (length < bytes.Length && length > 0 && (bytes[length] & 0xC0) == 0x80)
            length--;
        bytes[..length].CopyTo(field);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }
}
