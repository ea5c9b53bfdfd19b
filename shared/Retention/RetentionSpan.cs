using System.Globalization;
using System.Text.RegularExpressions;
using ChatOps.Values;

namespace ChatOps.Retention;

/// <summary>
/// A length of time as people write it: <c>30d</c>, <c>12h</c>, <c>1y2m3d</c>. Years, months (m), weeks, days and hours, in that order,
/// each at most once; there are no minutes. Years and months are those of the calendar.
/// </summary>
public sealed partial record RetentionSpan(int Years, int Months, int Weeks, int Days, int Hours)
{
    public static Outcome<RetentionSpan> Parse(string text)
    {
        var match = Form().Match(text.Trim());
        if (!match.Success || match.Length == 0)
            return new Fault("BadRules", $"'{(text.Length > 40 ? text[..40] + "…" : text)}' is no length of time",
                "Write 30d, 12h, 2w or 1y2m3d (m is months)");
        int Part(string unit) =>
            match.Groups[unit] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : 0;
        var span = new RetentionSpan(Part("y"), Part("m"), Part("w"), Part("d"), Part("h"));
        return span == new RetentionSpan(0, 0, 0, 0, 0)
            ? new Fault("BadRules", $"'{text.Trim()}' is no time at all", "Leave it out, or write 30d")
            : span;
    }

    /// <summary>So long before a moment, in UTC; the beginning of time where that is longer ago.</summary>
    public DateTimeOffset Before(DateTimeOffset moment)
    {
        try
        {
            return moment.ToUniversalTime().AddMonths(-(12 * Years + Months)).AddDays(-(7 * Weeks + Days)).AddHours(-Hours);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MinValue;
        }
    }

    public override string ToString() => string.Concat(
        from part in new[] { (Years, "y"), (Months, "m"), (Weeks, "w"), (Days, "d"), (Hours, "h") }
        where part.Item1 > 0
        select string.Create(CultureInfo.InvariantCulture, $"{part.Item1}{part.Item2}"));

    [GeneratedRegex(@"^(?:(?<y>[0-9]{1,4})y)?(?:(?<m>[0-9]{1,4})m)?(?:(?<w>[0-9]{1,4})w)?(?:(?<d>[0-9]{1,5})d)?(?:(?<h>[0-9]{1,5})h)?\z")]
    private static partial Regex Form();
}
