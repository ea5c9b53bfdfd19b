using System.Text;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>Text that Discord shows as it is: every mark that could format, link, mention or hide is escaped.</summary>
/// <remarks>Source: Discord, "Markdown Text 101": a backslash before punctuation takes its meaning away.</remarks>
internal static class Markdown
{
    private const string Marks = @"\*_~|`<>[]()#-+:@";

    public static string Escape(string text)
    {
        var visible = VisibleText.Of(text);
        var escaped = new StringBuilder(visible.Length + 8);
        foreach (var c in visible)
        {
            if (Marks.Contains(c)) escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }
}
