using System.Globalization;
using System.Text;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// Reads parse_mode HTML into text and entities (Bot API, "HTML style"). Only documented tags exist; anything else that looks like
/// a tag, and every tag that is not closed in order, refuses the call, as the real one does.
/// </summary>
internal sealed class HtmlReader
{
    private readonly string _html;
    private readonly StringBuilder _text = new();
    private readonly List<TelegramEntity> _entities = [];
    private readonly Stack<(string Tag, HtmlTag Start, int At)> _open = new();
    private int _at;

    private HtmlReader(string html) => _html = html;

    public static (string Text, List<TelegramEntity> Entities) Read(string html) => new HtmlReader(html).Read();

    private (string, List<TelegramEntity>) Read()
    {
        while (_at < _html.Length)
        {
            if (_html[_at] == '&' && Character() is { } decoded) _text.Append(decoded);
            else if (_html[_at] != '<') _text.Append(_html[_at++]);
            else if (_at + 1 < _html.Length && _html[_at + 1] == '/') End();
            else Start();
        }
        if (_open.TryPeek(out var last)) throw Unreadable($"Can't find end tag corresponding to start tag \"{last.Tag}\"");
        return (_text.ToString(), _entities);
    }

    private void Start()
    {
        var begin = _at;
        var close = ClosingBracket(begin);
        if (close < 0) throw Unreadable($"Unclosed start tag at byte offset {Bytes(begin)}");
        var tag = HtmlTag.Parse(_html[(begin + 1)..close], Bytes(begin));
        _open.Push((tag.Name, tag, _text.Length));
        _at = close + 1;
    }

    private void End()
    {
        var begin = _at;
        var close = _html.IndexOf('>', begin);
        if (close < 0) throw Unreadable($"Unclosed end tag at byte offset {Bytes(begin)}");
        var name = _html[(begin + 2)..close].Trim().ToLowerInvariant();
        if (!_open.TryPop(out var top)) throw Unreadable($"Unexpected end tag at byte offset {Bytes(begin)}");
        if (name != top.Tag && name.Length > 0)
            throw Unreadable($"Unmatched end tag at byte offset {Bytes(begin)}, expected \"</{top.Tag}>\", found \"</{name}>\"");
        _at = close + 1;
        if (_text.Length > top.At) Close(top.Start, top.At);
    }

    private void Close(HtmlTag tag, int from)
    {
        var marked = _text.ToString(from, _text.Length - from);
        if (tag.ToEntity(from, marked) is not { } entity) return;
        // <pre><code class="language-…"> is one entity: the code's language moves to the pre around exactly it.
        var inner = _entities.FindIndex(e => e.Type == "code" && e.Offset == entity.Offset && e.Length == entity.Length);
        if (entity.Type == "pre" && inner >= 0)
        {
            entity = entity with { Language = _entities[inner].Language };
            _entities.RemoveAt(inner);
        }
        _entities.Add(entity);
    }

    /// <summary>A '>' inside a quoted attribute does not close the tag.</summary>
    private int ClosingBracket(int from)
    {
        var quote = '\0';
        for (var i = from + 1; i < _html.Length; i++)
        {
            if (quote != '\0') quote = _html[i] == quote ? '\0' : quote;
            else if (_html[i] == '>') return i;
            else if (_html[i] is '"' or '\'' && _html[i - 1] == '=') quote = _html[i];
        }
        return -1;
    }

    private string? Character()
    {
        var (text, length) = Decode(_html, _at);
        if (text is not null) _at += length;
        return text;
    }

    /// <summary>The four named entities and numbers; others stay as they are written.</summary>
    public static (string? Text, int Length) Decode(string html, int at)
    {
        foreach (var (name, text) in new[] { ("&lt", "<"), ("&gt", ">"), ("&amp", "&"), ("&quot", "\"") })
        {
            if (!html.AsSpan(at).StartsWith(name, StringComparison.Ordinal)) continue;
            var ends = at + name.Length;
            if (ends < html.Length && html[ends] == ';') return (text, name.Length + 1);
            if (ends == html.Length || !char.IsAsciiLetter(html[ends])) return (text, name.Length);
        }
        if (at + 2 >= html.Length || html[at + 1] != '#') return (null, 0);
        var hex = html[at + 2] is 'x' or 'X';
        var end = at + (hex ? 3 : 2);
        var digits = end;
        while (end < html.Length && (hex ? char.IsAsciiHexDigit(html[end]) : char.IsAsciiDigit(html[end]))) end++;
        var style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!int.TryParse(html.AsSpan(digits, end - digits), style, CultureInfo.InvariantCulture, out var code) || code is 0 or > 0x10FFFF)
            return (null, 0);
        if (!Rune.IsValid(code))
        {
            throw Unreadable(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units");
        }
        if (end < html.Length && html[end] == ';') end++;
        return (new Rune(code).ToString(), end - at);
    }

    public static ApiRefusal Unreadable(string why) => ApiRefusal.Bad($"can't parse entities: {why}");

    private int Bytes(int characters) => Encoding.UTF8.GetByteCount(_html.AsSpan(0, characters));
}
