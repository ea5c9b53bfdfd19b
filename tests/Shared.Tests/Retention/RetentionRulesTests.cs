using ChatOps.Retention;

namespace ChatOps.Shared.Tests.Retention;

public sealed class RetentionRulesTests
{
    [Theory]
    [InlineData("last 3, daily 7, weekly 4, monthly 12, yearly 2, within 2d", "last 3, daily 7, weekly 4, monthly 12, yearly 2, within 2d")]
    [InlineData("daily 7 last 3", "last 3, daily 7")]
    [InlineData("keep-last=3 KEEP-WITHIN=1y2m", "last 3, within 1y2m")]
    [InlineData("last 0", "keep everything")]
    public void They_are_read_as_people_write_them(string text, string rules) =>
        Assert.Equal(rules, RetentionRules.Parse(text).Value.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("last")]
    [InlineData("last -1")]
    [InlineData("last 1000001")]
    [InlineData("last 99999999999")]
    [InlineData("last 3 last 4")]
    [InlineData("within 3")]
    [InlineData("minutely 3")]
    [InlineData("3 last")]
    [InlineData("last ３")]
    public void What_is_none_is_refused(string text) => Assert.Equal("BadRules", RetentionRules.Parse(text).Fault?.Kind);

    [Theory]
    [InlineData("12h", "2026-11-20T22:00")]
    [InlineData("30d", "2026-10-22T10:00")]
    [InlineData("2w", "2026-11-07T10:00")]
    [InlineData("1y2m3d", "2025-09-18T10:00")]
    [InlineData("9m", "2026-02-21T10:00")]
    [InlineData("9999y", "0001-01-01T00:00")]
    public void A_span_goes_back_by_the_calendar(string text, string since)
    {
        var span = RetentionSpan.Parse(text).Value;
        Assert.Equal(text, span.ToString());
        Assert.Equal(since, span.Before(new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero))
            .ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("30")]
    [InlineData("-30d")]
    [InlineData("3d1y")]
    [InlineData("0d")]
    [InlineData("30d\n5")]
    [InlineData("123456d")]
    public void What_is_no_span_is_refused(string text) => Assert.Equal("BadRules", RetentionSpan.Parse(text).Fault?.Kind);
}
