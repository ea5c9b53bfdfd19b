using System.Globalization;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Reads a tar front to back, byte for byte: ustar blocks and pax records (POSIX.1-2008, pax). Records are cut by their length, so a value
/// may hold line feeds, and names need not be UTF-8; the framework's reader can do neither. What is malformed is an error.
/// </summary>
internal sealed class TarMembers(Stream tar)
{
    private const int LargestRecords = 16 << 20;

    private readonly byte[] _block = new byte[TarHeader.Block];
    private long _left, _padding;

    /// <summary>The next member, whose contents <see cref="Read"/> gives; null at the end of the archive.</summary>
    public ArchiveEntry? Next()
    {
        Skip();
        if (!NextBlock())
            return null;
        var records = new List<KeyValuePair<string, byte[]>>();
        if (_block[156] == 'x')
        {
            records = Records(Body(Octal(124, 12)));
            if (!NextBlock())
                throw new InvalidDataException("a pax header has no member");
        }
        return Member(records);
    }

    /// <summary>Contents of the member at hand; 0 at their end.</summary>
    public int Read(Span<byte> buffer)
    {
        var read = tar.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0 && _left > 0 && !buffer.IsEmpty)
            throw new EndOfStreamException("the tar ends inside a member");
        _left -= read;
        return read;
    }

    private ArchiveEntry Member(List<KeyValuePair<string, byte[]>> records)
    {
        string? Find(string key) =>
            records.FindLast(record => record.Key == key) is { Key: not null } found ? ByteName.Decode(found.Value) : null;
        long Number(string key, int at, int length) =>
            Find(key) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : Octal(at, length);

        var name = Find("path") ?? Text(0, 100);
        var kind = _block[156] == 0 ? EntryKind.File : (EntryKind)_block[156];
        if (!Enum.IsDefined(kind))
            throw new InvalidDataException($"{name} is of a kind ({(char)kind}) that no snapshot holds");
        var size = Number("size", 124, 12);
        if (size < 0 || (kind != EntryKind.File && size > 0))
            throw new InvalidDataException($"{name} cannot have {size} bytes");
        (_left, _padding) = (size, TarHeader.Padded(size) - size);
        return new(
            EntryPath.Bare(name), kind, size, (uint)Octal(100, 8),
            checked((uint)Number("uid", 108, 8)), checked((uint)Number("gid", 116, 8)),
            Find("mtime") is { } time ? UnixTime.Parse(time) : new(Octal(136, 12), 0), Find("linkpath") ?? Text(157, 100))
        {
            Attributes = PaxAttributes.Read(records),
        };
    }

    /// <summary>False at the end: a block of zeros.</summary>
    private bool NextBlock()
    {
        tar.ReadExactly(_block);
        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
            return false;
        var sum = 8 * ' ';
        for (var i = 0; i < _block.Length; i++)
            sum += i is >= 148 and < 156 ? 0 : _block[i];
        return sum == Octal(148, 8) ? true : throw new InvalidDataException("a tar header has a wrong checksum");
    }

    private byte[] Body(long length)
    {
        if (length is < 0 or > LargestRecords)
            throw new InvalidDataException($"a pax header cannot have {length} bytes");
        var body = new byte[TarHeader.Padded(length)];
        tar.ReadExactly(body);
        return body[..(int)length];
    }

    private void Skip()
    {
        while (_left > 0)
            Read(_block);
        tar.ReadExactly(_block.AsSpan(0, (int)_padding));
        _padding = 0;
    }

    /// <summary>"LENGTH KEY=VALUE\n", where LENGTH counts itself.</summary>
    private static List<KeyValuePair<string, byte[]>> Records(ReadOnlySpan<byte> bytes)
    {
        List<KeyValuePair<string, byte[]>> found = [];
        while (!bytes.IsEmpty)
        {
            var blank = bytes.IndexOf((byte)' ');
            var length = blank > 0 ? int.Parse(bytes[..blank], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
            var equals = bytes.IndexOf((byte)'=');
            if (blank <= 0 || equals < blank || length <= equals || length > bytes.Length || bytes[length - 1] != '\n')
                throw new InvalidDataException("a pax header is malformed");
            found.Add(new(ByteName.Decode(bytes[(blank + 1)..equals]), bytes[(equals + 1)..(length - 1)].ToArray()));
            bytes = bytes[length..];
        }
        return found;
    }

    private string Text(int at, int length)
    {
        var field = _block.AsSpan(at, length);
        var end = field.IndexOf((byte)0);
        return ByteName.Decode(end < 0 ? field : field[..end]);
    }

    private long Octal(int at, int length)
    {
        long value = 0;
        foreach (var digit in _block.AsSpan(at, length).Trim("\0 "u8))
        {
            value = digit is >= (byte)'0' and <= (byte)'7'
                ? (value << 3) | (uint)(digit - '0')
                : throw new InvalidDataException("a tar header holds no number");
        }
        return value;
    }
}
