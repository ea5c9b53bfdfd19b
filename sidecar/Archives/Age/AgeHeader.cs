using System.Text;
using System.Text.RegularExpressions;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// Recognises the header of an age file as its bytes pass, and refuses what cannot be one at the first line that is wrong. It is read, not
/// authenticated: only an identity can do that. Source: c2sp.org/age, "Header" and "Payload".
/// </summary>
internal sealed partial class AgeHeader
{
    private const string Version = "age-encryption.org/v1";
    private const int LongestLine = 4096, BodyLine = 64, LongestHeader = 1 << 20;
    private const int Nonce = 16, Chunk = 64 * 1024, Tag = 16;

    private readonly StringBuilder _line = new();
    private long _seen;
    private bool _versionSeen, _insideStanza, _stanzaSeen;

    /// <summary>Known once all of it has passed.</summary>
    public long? Length { get; private set; }

    /// <summary>Throws InvalidDataException when these bytes cannot go on an age header.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; Length is null && i < bytes.Length; i++)
        {
            _seen++;
            if (bytes[i] == '\n')
                EndLine();
            else if (bytes[i] is < (byte)' ' or > (byte)'~' || _line.Length == LongestLine || _seen > LongestHeader
                || (!_versionSeen && (_line.Length == Version.Length || bytes[i] != Version[_line.Length])))
                throw Wrong();
            else
                _line.Append((char)bytes[i]);
        }
    }

    /// <summary>Throws unless the whole header has passed.</summary>
    public long RequireWhole() => Length ?? throw new InvalidDataException("it ends inside its age header");

    /// <summary>The size of the whole file for so many bytes inside: a nonce, then chunks of 64 KiB with a tag each.</summary>
    public static long FileLength(long header, long plain) => header + Nonce + plain + (Tag * Math.Max(1, (plain + Chunk - 1) / Chunk));

    private void EndLine()
    {
        var line = _line.ToString();
        _line.Clear();
        if (!_versionSeen)
            _versionSeen = line.Length == Version.Length ? true : throw Wrong();
        else if (_insideStanza)
            _insideStanza = Body().IsMatch(line) ? line.Length == BodyLine : throw Wrong();
        else if (Stanza().IsMatch(line))
            _insideStanza = _stanzaSeen = true;
        else
            Length = _stanzaSeen && End().IsMatch(line) ? _seen : throw Wrong();
    }

    private InvalidDataException Wrong() => new(_versionSeen ? "its age header is damaged" : "it does not begin as an age file does");

    [GeneratedRegex("^->( [!-~]+)+\\z")]
    private static partial Regex Stanza();

    [GeneratedRegex("^[A-Za-z0-9+/]{0,64}\\z")]
    private static partial Regex Body();

    [GeneratedRegex("^--- [A-Za-z0-9+/]{43}\\z")]
    private static partial Regex End();
}
