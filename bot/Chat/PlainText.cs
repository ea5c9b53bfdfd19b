using System.Globalization;
using System.Text;

namespace ChatOps.Bot.Chat;

/// <summary>Renders a card as plain text: for transcripts, and for platforms that show nothing richer.</summary>
internal static class PlainText
{
    private const int BarWidth = 14;

    public static string Render(Card card)
    {
        var text = new StringBuilder().Append(Sign(card.State)).Append(' ').Append(card.Title);
        if (card.Progress is { } progress) text.Append('\n').Append(Bar(progress)).Append('\n').Append(progress.Text);
        foreach (var line in card.Lines) text.Append('\n').Append(line);
        var width = card.Fields.Count == 0 ? 0 : card.Fields.Max(f => f.Name.Length);
        foreach (var field in card.Fields) text.Append('\n').Append(field.Name.PadRight(width)).Append("  ").Append(field.Value);
        if (card.Footer is not null) text.Append('\n').Append(card.Footer);
        if (card.Buttons.Count > 0) text.Append('\n').AppendJoin(' ', card.Buttons.Select(b => $"[{b.Label}]"));
        return text.ToString();
    }

    public static string Sign(CardState state) => state switch
    {
        CardState.Working => "⏳",
        CardState.Waiting or CardState.Warning => "⚠",
        CardState.Succeeded => "✅",
        CardState.Failed => "❌",
        _ => "ℹ",
    };

    public static string Bar(CardProgress progress)
    {
        if (progress.Fraction is not { } fraction) return new string('░', BarWidth);
        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * BarWidth);
        var percent = (int)Math.Floor(Math.Clamp(fraction, 0, 1) * 100);
        return $"{new string('▓', full)}{new string('░', BarWidth - full)}  {percent.ToString(CultureInfo.InvariantCulture)} %";
    }
}
