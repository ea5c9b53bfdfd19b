using System.Text;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Text that shows as itself: no control characters, no half of a surrogate pair, and none of the marks that turn the direction of what
/// follows, with which a name could pretend to be another.
/// </summary>
internal static class VisibleText
{
    public static string Of(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var turns = rune.Value is 0x200E or 0x200F or 0x061C or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || turns) clean.Append(rune.Value is '\n' or '\t' ? ' ' : '\uFFFD');
            else clean.Append(rune.ToString());
        }
        return clean.ToString();
    }
}
