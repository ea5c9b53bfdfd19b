using System.Globalization;

namespace ChatOps.Values;

/// <summary>
/// Moments given by five fields (minute, hour, day of month, month, day of week) in a time zone. Where both days are restricted, either is
/// enough. Fixed hours happen once on each day: a time the clock skips at the moment of the jump, a time it shows twice the first time.
/// Hours written <c>*</c> or as a step run by elapsed time: a time shown twice happens twice, and one that is skipped happens at the jump
/// only where no moment follows after the same elapsed time.
/// </summary>
/// <remarks>
/// Source: POSIX.1-2017 <c>crontab</c>; steps, names, macros and the two kinds of hours as in Vixie cron's crontab(5) and cron(8). Only
/// offsets of UTC moments are asked of <see cref="TimeZoneInfo"/>: what it answers about local times assumes that summer time adds to a
/// standard time that stays, which neither Dublin nor Casablanca obeys, nor any zone that changes its rules. The package Cronos (0.13.0)
/// goes by those answers: where Ramadan ends in Casablanca, the moment it gives after one is that one again.
/// </remarks>
public sealed class CronSchedule
{
    /// <summary>February 29th on a given weekday comes within 40 years; beyond that a schedule never fires.</summary>
    private const int YearsAhead = 41;

    /// <summary>As the definition of the resource allows.</summary>
    private const int LongestText = 200, LongestZone = 100;

    /// <summary>What the clock showed so long ago it shows no more: at the date line it is put back by a day at most.</summary>
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(2);

    /// <summary>Moments before it are nobody's; arithmetic near the end of what a date can hold would overflow.</summary>
    private static readonly DateTimeOffset First = DateTimeOffset.UnixEpoch, Last = DateTimeOffset.MaxValue.AddYears(-2 * YearsAhead);

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private readonly bool[] _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday, _byElapsedTime;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(string text, TimeZoneInfo zone, bool[][] fields, bool anyDay, bool anyWeekday, bool byElapsedTime)
    {
        (Text, _zone, _anyDay, _anyWeekday) = (text, zone, anyDay, anyWeekday);
        (_minutes, _hours, _days, _months, _weekdays) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        _byElapsedTime = byElapsedTime;
    }

    /// <summary>The five fields as they were written.</summary>
    public string Text { get; }

    /// <param name="zone">An IANA name; null is UTC.</param>
    public static Outcome<CronSchedule> Parse(string text, string? zone)
    {
        if (Zone(zone) is not { } found)
            return new Fault("BadZone", $"there is no time zone '{Cut(zone!)}'", "Write an IANA name, such as Europe/Berlin");
        if (text.Length > LongestText)
            return Misfit(text, $"it is {text.Length} characters long, and {LongestText} are allowed");
        var written = text.Trim().ToLowerInvariant() switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" or "@annually" => "0 0 1 1 *",
            var other => other,
        };
        var fields = written.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5) return Misfit(text, $"it has {fields.Length} field(s), not five");
        bool[]?[] read =
        [
            Field(fields[0], 0, 59, []), Field(fields[1], 0, 23, []), Field(fields[2], 1, 31, []),
            Field(fields[3], 1, 12, Months), Field(fields[4], 0, 7, Days),
        ];
        var wrong = Array.FindIndex(read, f => f is null);
        if (wrong >= 0)
        {
            string[] names = ["minute", "hour", "day of a month", "month", "day of a week"];
            return Misfit(text, $"'{Cut(fields[wrong])}' is no {names[wrong]}");
        }
        // Sunday is 0 and 7.
        read[4]![0] |= read[4]![7];
        var schedule = new CronSchedule(
            written, found, read!, fields[2].StartsWith('*'), fields[4].StartsWith('*'),
            fields[1].Contains('/', StringComparison.Ordinal) || read[1]!.All(h => h));
        return schedule.HasDays ? schedule : Misfit(text, $"month '{fields[3]}' has no day '{fields[2]}': that day never comes");
    }

    /// <summary>The first moment after this one; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => Moments(after).Cast<DateTimeOffset?>().FirstOrDefault();

    /// <summary>Every moment after one and up to another, at most so many, oldest first.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until, int most = int.MaxValue) =>
        until > after ? Moments(after).TakeWhile(moment => moment <= until).Take(most) : [];

    private IEnumerable<DateTimeOffset> Moments(DateTimeOffset after)
    {
        if (after >= Last) yield break;
        var known = after > First ? after.UtcDateTime : First.UtcDateTime;
        var begin = ToMinute(known) - Lookback;
        var (shown, before) = (begin + OffsetAt(begin), OffsetAt(begin));
        foreach (var (start, end, offset) in Stretches(begin))
        {
            var (from, to) = (start + offset, end + offset);
            // What the clock showed before it was put back has happened.
            var first = _byElapsedTime || from > shown ? from : shown;
            if (from > shown && MakesUp(shown, from, offset - before))
            {
                if (start > known) yield return start;
                first = from.AddTicks(1);
            }
            var later = (known + offset).AddTicks(1);
            foreach (var local in Locals(first > later ? first : later, to)) yield return local - offset;
            (shown, before) = (to > shown ? to : shown, offset);
        }
    }

    /// <summary>Time from a moment on, in pieces of a day at most, each with one offset of the zone.</summary>
    private IEnumerable<(DateTime Start, DateTime End, TimeSpan Offset)> Stretches(DateTime start)
    {
        for (var last = start.AddYears(YearsAhead); start < last;)
        {
            var (offset, end) = (OffsetAt(start), start.AddDays(1));
            if (OffsetAt(end) != offset) end = ChangeOf(offset, start, end);
            yield return (start, end, offset);
            start = end;
        }
    }

    /// <summary>The first minute, between the two, that has another offset.</summary>
    private DateTime ChangeOf(TimeSpan offset, DateTime start, DateTime end)
    {
        while (ToMinute(start + ((end - start) / 2)) is var middle && middle > start)
        {
            if (OffsetAt(middle) == offset) start = middle;
            else end = middle;
        }
        return end;
    }

    private TimeSpan OffsetAt(DateTime utc) => _zone.GetUtcOffset(new DateTimeOffset(utc, TimeSpan.Zero));

    /// <summary>Whether one of the times that the clock skipped has to happen at the jump.</summary>
    private bool MakesUp(DateTime from, DateTime to, TimeSpan jump) =>
        Locals(from, to).Any(local => !_byElapsedTime || !Fits(local + jump));

    /// <summary>Local times that fit, from one on and before another.</summary>
    private IEnumerable<DateTime> Locals(DateTime from, DateTime to)
    {
        for (var day = from.Date; day < to; day = day.AddDays(1))
        {
            for (var hour = FitsDay(day) ? 0 : 24; hour < 24; hour++)
            {
                for (var minute = 0; _hours[hour] && minute < 60; minute++)
                {
                    if (_minutes[minute] && day.AddHours(hour).AddMinutes(minute) is var at && at >= from && at < to) yield return at;
                }
            }
        }
    }

    private bool Fits(DateTime local) => _minutes[local.Minute] && _hours[local.Hour] && FitsDay(local.Date);

    private bool FitsDay(DateTime day)
    {
        if (!_months[day.Month]) return false;
        var (ofMonth, ofWeek) = (_days[day.Day], _weekdays[(int)day.DayOfWeek]);
        return _anyDay || _anyWeekday ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    /// <summary>Some month has such a day. Weekdays need no look: each date falls on each of them within 40 years.</summary>
    private bool HasDays =>
        !(_anyDay || _anyWeekday)
        || Enumerable.Range(1, 12).Any(month => _months[month] && Array.IndexOf(_days, true) <= DateTime.DaysInMonth(2000, month));

    private static DateTime ToMinute(DateTime at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute));

    /// <summary>
    /// UTC where none is named; null where there is none of that name, and where reading it fails, as of a folder of zones.
    /// </summary>
    private static TimeZoneInfo? Zone(string? name) =>
        name is null or "" ? TimeZoneInfo.Utc
        : name.Length <= LongestZone && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found
        : null;

    /// <summary>Which values a field means, from 0 on; null when it cannot be read.</summary>
    private static bool[]? Field(string text, int least, int most, string[] names)
    {
        var values = new bool[most + 1];
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var whole] => (whole, 1),
                [var whole, var every]
                    when int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => (whole, n),
                _ => ("", 0),
            };
            var ends = range.Split('-').Select(e => Value(e, least, names)).ToArray();
            var (from, to) = range == "*" ? (least, most) : ends switch
            {
                [{ } one] => (one, part.Contains('/', StringComparison.Ordinal) ? most : one),
                [{ } one, { } other] => (one, other),
                _ => (1, 0),
            };
            if (from > to || from < least || to > most) return null;
            for (var value = from; value <= to; value += step) values[value] = true;
        }
        return values;
    }

    private static int? Value(string text, int least, string[] names)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        var name = Array.IndexOf(names, text);
        return name < 0 ? null : name + least;
    }

    private static Fault Misfit(string text, string cause) => new(
        "BadSchedule", $"'{Cut(text)}' is no schedule: {cause}",
        "Write minute, hour, day, month and weekday: \"0 3 * * *\" is every day at three");

    private static string Cut(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
