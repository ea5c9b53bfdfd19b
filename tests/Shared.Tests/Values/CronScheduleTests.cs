using System.Globalization;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 3 * * *", "UTC", "2026-11-21T03:00Z", "2026-11-22T03:00Z")]
    [InlineData("0 3 * * *", "UTC", "2026-11-21T02:59:59Z", "2026-11-21T03:00Z")]
    [InlineData("*/15 8-10 * * mon-fri", "UTC", "2026-11-20T10:46Z", "2026-11-23T08:00Z")]
    [InlineData("5,35 */6 * * *", "UTC", "2026-11-21T06:05Z", "2026-11-21T06:35Z")]
    [InlineData("10/20 * * * *", "UTC", "2026-11-21T06:00Z", "2026-11-21T06:10Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-11-21T00:00Z", "2028-02-29T00:00Z")]
    [InlineData("0 0 31 * *", "UTC", "2026-11-21T00:00Z", "2026-12-31T00:00Z")]
    [InlineData("0 12 13 * fri", "UTC", "2026-11-21T00:00Z", "2026-11-27T12:00Z")]
    [InlineData("0 12 13 * fri", "UTC", "2026-12-12T00:00Z", "2026-12-13T12:00Z")]
    [InlineData("0 0 * * 7", "UTC", "2026-11-21T00:00Z", "2026-11-22T00:00Z")]
    [InlineData("@weekly", "UTC", "2026-11-21T00:00Z", "2026-11-22T00:00Z")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-07-01T12:00Z", "2026-07-02T01:00Z")]
    [InlineData("0 3 * * *", "America/New_York", "2026-01-01T12:00Z", "2026-01-02T08:00Z")]
    public void The_next_moment_is_known(string text, string zone, string after, string next) =>
        Assert.Equal(At(next), Read(text, zone).Next(At(after)));

    [Fact]
    public void A_time_the_clock_skips_happens_when_it_jumps()
    {
        // On 29 March 2026 Berlin goes from 02:00 to 03:00, at 01:00 UTC.
        var schedule = Read("30 2 * * *", "Europe/Berlin");
        Assert.Equal(
            [At("2026-03-28T01:30Z"), At("2026-03-29T01:00Z"), At("2026-03-30T00:30Z")],
            schedule.Between(At("2026-03-28T00:00Z"), At("2026-03-30T12:00Z"), 10));
    }

    [Fact]
    public void A_time_the_clock_shows_twice_happens_once()
    {
        // On 25 October 2026 Berlin goes from 03:00 back to 02:00, at 01:00 UTC.
        var schedule = Read("30 2 * * *", "Europe/Berlin");
        Assert.Equal(
            [At("2026-10-24T00:30Z"), At("2026-10-25T00:30Z"), At("2026-10-26T01:30Z")],
            schedule.Between(At("2026-10-24T00:00Z"), At("2026-10-26T12:00Z"), 10));
    }

    [Fact]
    public void Nothing_is_skipped_and_nothing_repeats_over_years_in_any_zone()
    {
        foreach (var zone in (string[])["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"])
        {
            var schedule = Read("17 */7 * * *", zone);
            var moments = schedule.Between(At("2025-01-01T00:00Z"), At("2027-01-01T00:00Z"), 10_000).ToList();
            Assert.Equal(moments.Distinct().Order(), moments);
            Assert.Equal(730 * 4, moments.Count);
            Assert.All(
                moments.Zip(moments.Skip(1)),
                pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromHours(1.5), TimeSpan.FromHours(8.5)));
        }
    }

    [Theory]
    [InlineData("", "0 field(s)")]
    [InlineData("* * * *", "4 field(s)")]
    [InlineData("60 * * * *", "'60' is no minute")]
    [InlineData("* 24 * * *", "'24' is no hour")]
    [InlineData("* * 0 * *", "'0' is no day of a month")]
    [InlineData("* * * 13 *", "'13' is no month")]
    [InlineData("* * * * 8", "'8' is no day of a week")]
    [InlineData("*/0 * * * *", "'*/0' is no minute")]
    [InlineData("5-1 * * * *", "'5-1' is no minute")]
    [InlineData("a * * * *", "'a' is no minute")]
    [InlineData("-1 * * * *", "'-1' is no minute")]
    [InlineData("1,,2 * * * *", "'1,,2' is no minute")]
    [InlineData("99999999999 * * * *", "is no minute")]
    [InlineData("0 0 30 2 *", "that day never comes")]
    [InlineData("0 0 31 feb *", "month 'feb' has no day '31': that day never comes")]
    [InlineData("0 0 31 2,4-6/2,9 *", "that day never comes")]
    [InlineData("0 3 l * *", "'l' is no day of a month")]
    [InlineData("0 3 * * 1#2", "'1#2' is no day of a week")]
    [InlineData("h 3 * * *", "'h' is no minute")]
    [InlineData("@reboot", "1 field(s)")]
    public void What_is_no_schedule_is_refused_with_the_field(string text, string cause) =>
        Assert.Contains(cause, CronSchedule.Parse(text, null).Fault!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("*")]
    [InlineData("1,")]
    [InlineData("9")]
    [InlineData("* ")]
    [InlineData("-")]
    public void A_text_without_end_is_refused_with_its_length_and_not_repeated(string part)
    {
        var fault = CronSchedule.Parse(string.Concat(Enumerable.Repeat(part, 10_000 / part.Length)), null).Fault!;
        Assert.Contains("it is 10000 characters long, and 200 are allowed", fault.Message, StringComparison.Ordinal);
        Assert.InRange(fault.Message.Length, 1, 250);
        Assert.StartsWith("Write minute, hour", fault.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Europe")]
    [InlineData("../zone.tab")]
    [InlineData("/etc/hostname")]
    [InlineData(" ")]
    public void What_is_no_zone_is_refused(string zone) => Assert.Equal("BadZone", CronSchedule.Parse("0 3 * * *", zone).Fault!.Kind);

    [Fact]
    public void A_zone_that_goes_on_after_its_end_is_refused() =>
        Assert.Equal("BadZone", CronSchedule.Parse("0 3 * * *", "Europe/Berlin\0").Fault!.Kind);

    [Fact]
    public void A_zone_without_end_is_refused_and_not_repeated()
    {
        var fault = CronSchedule.Parse("0 3 * * *", new string('z', 10_000)).Fault!;
        Assert.Equal(("BadZone", true), (fault.Kind, fault.Message.Length < 200));
    }

    [Fact]
    public void Times_at_the_ends_of_what_a_date_can_hold_are_no_trouble()
    {
        var schedule = Read("0 3 * * *", "America/New_York");
        Assert.NotNull(schedule.Next(DateTimeOffset.MinValue));
        Assert.Null(schedule.Next(DateTimeOffset.MaxValue));
        Assert.Empty(schedule.Between(DateTimeOffset.MaxValue, At("2026-11-21T00:00Z"), 10));
    }

    [Fact]
    public void An_unknown_zone_is_refused() => Assert.Equal("BadZone", CronSchedule.Parse("0 3 * * *", "Europe/Nowhere").Fault!.Kind);

    private static CronSchedule Read(string text, string zone) => CronSchedule.Parse(text, zone).Value;

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
