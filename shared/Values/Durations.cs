using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatOps.Values;

/// <summary>Durations as people write them: a number and a unit, <c>90s</c>, <c>1.5h</c>.</summary>
public static partial class Durations
{
    public const string Hint = "write a number and s, m, h or d, such as 90s";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Form().Match(text);
        if (!match.Success || double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is not (< 1e8 and var amount))
            return false;
        duration = match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(amount),
            "m" => TimeSpan.FromMinutes(amount),
            "h" => TimeSpan.FromHours(amount),
            _ => TimeSpan.FromDays(Math.Min(amount, 36500)),
        };
        return true;
    }

    [GeneratedRegex("^([0-9]+(?:\\.[0-9]+)?)(s|m|h|d)\\z")]
    private static partial Regex Form();
}
