using System.Globalization;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

/// <summary>
/// When the clock is put forward or back: fixed hours happen once on each day, hours written <c>*</c> or as a step run by elapsed time.
/// </summary>
public sealed class CronClockChangeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>How far before and after a change of the clock is looked.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromHours(6);

    private static readonly string[] ByElapsedTime =
        ["0 * * * *", "30 * * * *", "*/20 * * * *", "45 0-23 * * *", "0 */2 * * *", "30 1/3 * * *"];

    private static readonly string[] Fixed =
        ["0 0 * * *", "30 0 * * *", "30 1 * * *", "*/20 1-3 * * *", "15 2 * * *", "59 2 * * *", "0 3 * * *", "*/30 23 * * *"];

    /// <summary>From zdump(8) of tzdata 2025b.</summary>
    [Theory]
    [InlineData("0 * * * *", "Europe/Berlin", "2026-10-24T23:30Z", "00:00 01:00 02:00")]
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:10Z", "00:30 01:00 01:30 02:00")]
    [InlineData("0 */2 * * *", "Europe/Berlin", "2026-10-24T22:00Z", "00:00 01:00 03:00")]
    [InlineData("0 0-23 * * *", "Europe/Berlin", "2026-10-24T23:30Z", "00:00 01:00 02:00")]
    [InlineData("0 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "00:00 01:00")]
    [InlineData("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "00:00 00:30 01:00 01:30")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-03-29T00:10Z", "00:30 01:30 02:30")]
    [InlineData("0 */2 * * *", "Europe/Berlin", "2026-03-28T22:30Z", "23:00 01:00 02:00")]
    [InlineData("15,45 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "01:00 00:15 00:45")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2026-03-28T12:00Z", "01:00 00:30")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2026-10-24T12:00Z", "00:30 01:30")]
    [InlineData("30 * * * *", "Europe/Dublin", "2026-10-25T00:00Z", "00:30 01:30 02:30")]
    [InlineData("30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00Z", "01:30 02:30")]
    [InlineData("30 * * * *", "Africa/Casablanca", "2026-02-15T01:00Z", "01:30 02:30 03:30")]
    [InlineData("30 2 * * *", "Africa/El_Aaiun", "2026-03-21T12:00Z", "02:00 01:30")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00Z", "14:45 15:15")]
    [InlineData("45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00Z", "14:45 15:15 16:15")]
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00Z", "15:30 15:15")]
    [InlineData("15 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00Z", "14:45 15:30 16:15")]
    [InlineData("45 2 * * *", "America/Caracas", "2016-04-30T12:00Z", "07:00 06:45")]
    [InlineData("0 3 * * *", "Pacific/Apia", "2011-12-29T13:00Z", "10:00 13:00 13:00")]
    [InlineData("0 * * * *", "Pacific/Apia", "2011-12-30T08:30Z", "09:00 10:00 11:00")]
    public void The_zone_database_says_when(string text, string zone, string after, string moments) =>
        Assert.Equal(moments, string.Join(' ', CronSchedule.Parse(text, zone).Value
            .Between(At(after), DateTimeOffset.MaxValue, moments.Split(' ').Length)
            .Select(m => m.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture))));

    [Fact]
    [Trait("prove", "tuesday")]
    public void Hours_of_every_kind_are_as_a_walk_from_minute_to_minute_finds_them_in_every_zone()
    {
        foreach (var (zone, change) in Changes(Proof.Size(2026, 2020), Proof.Size(2028, 2038)))
        {
            var walk = Walk(zone, change - Around - Around, change + Around).ToList();
            foreach (var text in ByElapsedTime.Concat(Fixed))
            {
                var schedule = CronSchedule.Parse(text, zone.Id).Value;
                var expected = Expected(walk, text, ByElapsedTime.Contains(text)).Where(m => m > change - Around);
                Assert.True(
                    expected.SequenceEqual(schedule.Between(change - Around, change + Around)),
                    $"{text} {zone.Id} at {change:u}: {string.Join(", ", schedule.Between(change - Around, change + Around))}");
            }
        }
    }

    [Fact]
    public void A_fixed_hour_happens_once_on_each_day_of_each_year_in_every_zone_that_changes_its_clock()
    {
        foreach (var zone in Changes(2026, 2027).Select(c => c.Zone).Distinct())
        {
            foreach (var text in (string[])["30 0 * * *", "30 1 * * *", "30 2 * * *", "0 3 * * *"])
            {
                var begin = new DateTimeOffset(2026, 1, 1, 0, 0, 0, zone.GetUtcOffset(At("2026-01-01T00:00Z")));
                var moments = CronSchedule.Parse(text, zone.Id).Value.Between(begin.AddTicks(-1), begin.AddDays(365).AddTicks(-1)).ToList();
                Assert.Equal(Enumerable.Range(1, 365), moments.Select(m => TimeZoneInfo.ConvertTime(m, zone).DayOfYear));
            }
        }
    }

    /// <summary>Each change of the clock, once for all zones that share all of theirs.</summary>
    private static IEnumerable<(TimeZoneInfo Zone, DateTimeOffset Change)> Changes(int from, int until) =>
        TimeZoneInfo.GetSystemTimeZones()
            .Select(zone => (Zone: zone, All: ChangesOf(zone, from, until).ToList()))
            .DistinctBy(z => string.Join(' ', z.All.Select(c => $"{c.Ticks}{z.Zone.GetUtcOffset(c)}")))
            .SelectMany(z => z.All.Select(change => (z.Zone, change)));

    private static IEnumerable<DateTimeOffset> ChangesOf(TimeZoneInfo zone, int from, int until)
    {
        var end = new DateTimeOffset(until, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var at = end.AddYears(from - until); at < end; at = at.AddDays(1))
        {
            var offset = zone.GetUtcOffset(at);
            if (zone.GetUtcOffset(at.AddDays(1)) == offset) continue;
            yield return Enumerable.Range(1, 1440).Select(m => at.AddMinutes(m)).First(m => zone.GetUtcOffset(m) != offset);
        }
    }

    private static IEnumerable<(DateTimeOffset Moment, DateTime Local)> Walk(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        for (var at = from; at <= to; at += Minute) yield return (at, TimeZoneInfo.ConvertTime(at, zone).DateTime);
    }

    /// <summary>What the rules say, by looking at the clock each minute.</summary>
    private static IEnumerable<DateTimeOffset> Expected(List<(DateTimeOffset Moment, DateTime Local)> walk, string text, bool byElapsedTime)
    {
        var fits = Matcher(text);
        var next = walk[0].Local;
        foreach (var (moment, local) in walk)
        {
            var shownBefore = local < next;
            var skipped = Enumerable.Range(0, Math.Max(0, (int)(local - next).TotalMinutes)).Select(m => next.AddMinutes(m));
            var jump = local > next ? local - next : TimeSpan.Zero;
            if (skipped.Any(l => fits(l) && !(byElapsedTime && fits(l + jump))) || (fits(local) && (byElapsedTime || !shownBefore)))
                yield return moment;
            if (byElapsedTime || !shownBefore) next = local + Minute;
        }
    }

    /// <summary>Minutes and hours only, read in the plainest way: the fields of these tests are lists of one part.</summary>
    private static Func<DateTime, bool> Matcher(string text)
    {
        var (minutes, hours) = (Values(text.Split(' ')[0], 60), Values(text.Split(' ')[1], 24));
        return local => minutes[local.Minute] && hours[local.Hour];
    }

    private static bool[] Values(string field, int count)
    {
        var (range, step) = field.Split('/') is [var first, var every] ? (first, Number(every)) : (field, 0);
        int[] ends = range == "*" ? [0, count - 1] : [.. range.Split('-').Select(Number)];
        var last = ends.Length == 2 ? ends[1] : step > 0 ? count - 1 : ends[0];
        return [.. Enumerable.Range(0, count).Select(v => v >= ends[0] && v <= last && (v - ends[0]) % Math.Max(1, step) == 0)];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
