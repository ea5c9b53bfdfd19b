using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Writes a card as a Telegram message: HTML with everything escaped, within Telegram's limits. What does not fit is cut at the end of a
/// line and kept whole for a file.
/// </summary>
/// <remarks>Source: Telegram Bot API, "HTML style", "sendMessage", "InlineKeyboardButton".</remarks>
internal static class CardHtml
{
    /// <summary>In UTF-16 units after the entities are parsed; Telegram takes 4096.</summary>
    public const int LongestText = 4000;

    private const int LongestLine = 1000;
    private const int LongestLabel = 40;
    private const int LongestRow = 26;
    private const string More = "… the rest is in the file below";

    public static MessageText Render(Card card, ButtonData buttons)
    {
        var lines = Lines(card).ToList();
        var whole = lines.Sum(l => l.Plain.Length + 1);
        var cut = whole > LongestText || lines.Any(l => l.WasCut);
        var room = LongestText - More.Length - 1;
        var kept = cut ? lines.TakeWhile(l => (room -= l.Plain.Length + 1) >= 0).ToList() : lines;
        if (cut) kept.Add(new Line(More, $"<i>{More}</i>"));
        return new(string.Join('\n', kept.Select(l => l.Html)), Keyboard(card.Buttons, buttons), cut ? PlainText.Render(card) : null);
    }

    public static string Escape(string text) => VisibleText.Of(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    private static IEnumerable<Line> Lines(Card card)
    {
        yield return Of($"{PlainText.Sign(card.State)} {card.Title}", "b");
        if (card.Progress is { } progress)
        {
            yield return Of(PlainText.Bar(progress), "code");
            if (progress.Text.Length > 0) yield return Of(progress.Text);
        }
        foreach (var line in card.Lines.SelectMany(l => l.Split('\n'))) yield return Of(line);
        foreach (var (name, value) in card.Fields.Select(f => (Short(f.Name), Short(f.Value))))
            yield return new($"{name}  {value}", $"<b>{Escape(name)}</b>  {Escape(value)}");
        if (card.Footer is not null) yield return Of(card.Footer, "i");
    }

    private static Line Of(string text, string? tag = null)
    {
        var shown = Short(text);
        return new(shown, tag is null ? Escape(shown) : $"<{tag}>{Escape(shown)}</{tag}>") { WasCut = shown.Length < text.Length };
    }

    private static string Short(string text) => text.Length <= LongestLine ? text : text[..LongestLine] + "…";

    /// <summary>As many to a row as a phone shows whole.</summary>
    private static JsonArray Keyboard(IReadOnlyList<Button> buttons, ButtonData data)
    {
        var rows = new JsonArray();
        var width = 0;
        foreach (var button in buttons)
        {
            var label = VisibleText.Of(button.Label);
            if (label.Length > LongestLabel) label = label[..LongestLabel] + "…";
            if (rows.Count == 0 || width + label.Length > LongestRow) (rows, width) = (Added(rows, new JsonArray()), 0);
            rows[^1]!.AsArray().Add((JsonNode)new JsonObject { ["text"] = label, ["callback_data"] = data.For(button) });
            width += label.Length + 4;
        }
        return rows;
    }

    private static JsonArray Added(JsonArray rows, JsonArray row)
    {
        rows.Add((JsonNode)row);
        return rows;
    }

    private sealed record Line(string Plain, string Html)
    {
        public bool WasCut { get; init; }
    }
}
