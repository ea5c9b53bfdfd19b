using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>A start tag with its attributes, and the entity it stands for (Bot API, "HTML style").</summary>
internal sealed partial class HtmlTag
{
    private static readonly Dictionary<string, string> Plain = new(StringComparer.Ordinal)
    {
        ["b"] = "bold",
        ["strong"] = "bold",
        ["i"] = "italic",
        ["em"] = "italic",
        ["u"] = "underline",
        ["ins"] = "underline",
        ["s"] = "strikethrough",
        ["strike"] = "strikethrough",
        ["del"] = "strikethrough",
        ["tg-spoiler"] = "spoiler",
        ["span"] = "spoiler",
        ["code"] = "code",
        ["pre"] = "pre",
        ["a"] = "text_link",
        ["tg-emoji"] = "custom_emoji",
        ["blockquote"] = "blockquote",
    };

    private readonly Dictionary<string, string> _attributes = new(StringComparer.OrdinalIgnoreCase);

    private HtmlTag(string name) => Name = name;

    public string Name { get; }

    /// <param name="inside">What stands between the brackets.</param>
    public static HtmlTag Parse(string inside, int offset)
    {
        var name = inside.Split([' ', '\t', '\n'], 2)[0].ToLowerInvariant();
        if (!Plain.ContainsKey(name)) throw HtmlReader.Unreadable($"Unsupported start tag \"{name}\" at byte offset {offset}");
        var tag = new HtmlTag(name);
        var rest = inside[name.Length..];
        foreach (Match match in Attribute().Matches(rest))
        {
            if (match.Groups["junk"].Success)
                throw HtmlReader.Unreadable($"Empty attribute name in the tag \"{name}\" at byte offset {offset}");
            tag._attributes[match.Groups["name"].Value] = Decoded(match.Groups["value"].Value);
        }
        if (name == "span" && tag["class"] != "tg-spoiler")
            throw HtmlReader.Unreadable($"Tag \"span\" must have class \"tg-spoiler\" at byte offset {offset}");
        if (name == "tg-emoji" && !ulong.TryParse(tag["emoji-id"], out _))
            throw HtmlReader.Unreadable("Invalid custom emoji identifier specified");
        return tag;
    }

    /// <summary>Null for a link that leads nowhere: its text stays, unmarked.</summary>
    public TelegramEntity? ToEntity(int offset, string marked)
    {
        var entity = new TelegramEntity(Plain[Name], offset, marked.Length);
        return Name switch
        {
            "a" => ToLink(entity, this["href"] is { Length: > 0 } href ? href : marked),
            "code" when this["class"]?.StartsWith("language-", StringComparison.Ordinal) == true =>
                entity with { Language = this["class"]!["language-".Length..] },
            "blockquote" when _attributes.ContainsKey("expandable") => entity with { Type = "expandable_blockquote" },
            "tg-emoji" => entity with { CustomEmojiId = this["emoji-id"] },
            _ => entity,
        };
    }

    private static TelegramEntity? ToLink(TelegramEntity entity, string href)
    {
        if (Person().Match(href) is { Success: true } person)
            return entity with { Type = "text_mention", UserId = long.Parse(person.Groups[1].Value, CultureInfo.InvariantCulture) };
        return Links.Normal(href) is { } url ? entity with { Url = url } : null;
    }

    private static string Decoded(string value)
    {
        var text = new System.Text.StringBuilder();
        for (var at = 0; at < value.Length;)
        {
            var (decoded, length) = value[at] == '&' ? HtmlReader.Decode(value, at) : (null, 0);
            text.Append(decoded ?? value[at].ToString());
            at += decoded is null ? 1 : length;
        }
        return text.ToString();
    }

    private string? this[string attribute] => _attributes.GetValueOrDefault(attribute);

    [GeneratedRegex("""(?<name>[^\s=/>"']+)(\s*=\s*("(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s"']+)))?|(?<junk>\S)""")]
    private static partial Regex Attribute();

    [GeneratedRegex("^tg://user/?\\?id=([0-9]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex Person();
}
