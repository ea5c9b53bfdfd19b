using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// Writes a card as a Discord message: one embed with everything escaped, within Discord's limits, that notifies nobody. What does not fit
/// is cut at the end of a line and kept whole for a file.
/// </summary>
/// <remarks>Source: Discord API docs, "Message": embed limits, allowed mentions; "Component Reference": buttons.</remarks>
internal static class CardEmbed
{
    /// <summary>In bytes; Discord takes 100 characters.</summary>
    public const int LongestCustomId = 100;

    private const int LongestTitle = 256;
    private const int LongestDescription = 4000;
    private const int LongestLine = 1000;
    private const int LongestFooter = 1000;
    private const int LongestLabel = 80;
    private const int MostRows = 5;
    private const int MostInRow = 5;
    private const string FileName = "whole.txt";
    private const string More = "*… the rest is in the file*";

    public static MessageBody Render(Card card, ButtonData buttons)
    {
        var lines = Lines(card).ToList();
        var room = LongestDescription - More.Length - 1;
        var cut = lines.Any(l => l.WasCut) || lines.Sum(l => l.Text.Length + 1) > LongestDescription;
        var kept = cut
            ? lines.TakeWhile(l => (room -= l.Text.Length + 1) >= 0).Select(l => l.Text).Append(More)
            : lines.Select(l => l.Text);
        var embed = new JsonObject
        {
            ["title"] = Fit($"{PlainText.Sign(card.State)} {Markdown.Escape(card.Title)}", LongestTitle),
            ["color"] = Color(card.State),
        };
        if (string.Join('\n', kept) is { Length: > 0 } description) embed["description"] = description;
        // A footer is plain: nothing in it is markup.
        if (card.Footer is not null) embed["footer"] = new JsonObject { ["text"] = Fit(VisibleText.Of(card.Footer), LongestFooter) };
        var body = new MessageBody(new JsonObject
        {
            ["content"] = "",
            ["embeds"] = new JsonArray(embed),
            ["components"] = Rows(card.Buttons, buttons),
            ["allowed_mentions"] = new JsonObject { ["parse"] = new JsonArray() },
        });
        if (!cut || !card.IsSettled) return body;
        var file = new JsonObject { ["id"] = 0, ["filename"] = FileName };
        return body.With(new() { ["attachments"] = new JsonArray(file) }) with { File = (FileName, PlainText.Render(card)) };
    }

    private static IEnumerable<(string Text, bool WasCut)> Lines(Card card)
    {
        if (card.Progress is { } progress)
        {
            yield return ($"`{PlainText.Bar(progress)}`", false);
            if (progress.Text.Length > 0) yield return Line(progress.Text);
        }
        foreach (var line in card.Lines.SelectMany(l => l.Split('\n'))) yield return Line(line);
        foreach (var field in card.Fields)
        {
            var (name, value) = (Line(field.Name), Line(field.Value));
            yield return ($"**{name.Text}**  {value.Text}", name.WasCut || value.WasCut);
        }
    }

    private static (string Text, bool WasCut) Line(string text) =>
        text.Length <= LongestLine ? (Markdown.Escape(text), false) : (Markdown.Escape(text[..LongestLine]) + "…", true);

    private static string Fit(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)].TrimEnd('\\') + "…";

    private static JsonArray Rows(IReadOnlyList<Button> buttons, ButtonData data)
    {
        var made = buttons.Select(b => Made(b, data.For(b))).DistinctBy(b => (string)b["custom_id"]!).Take(MostRows * MostInRow);
        return new([.. made.Chunk(MostInRow).Select(row => new JsonObject { ["type"] = 1, ["components"] = new JsonArray([.. row]) })]);
    }

    private static JsonObject Made(Button button, string id) => new()
    {
        ["type"] = 2,
        ["style"] = button.Style switch { ButtonStyle.Primary => 1, ButtonStyle.Danger => 4, _ => 2 },
        ["label"] = Fit(VisibleText.Of(button.Label), LongestLabel),
        ["custom_id"] = id,
    };

    private static int Color(CardState state) => state switch
    {
        CardState.Succeeded => 0x2E7D32,
        CardState.Failed => 0xC62828,
        CardState.Waiting or CardState.Warning => 0xF9A825,
        CardState.Working => 0x1565C0,
        _ => 0x546E7A,
    };
}
