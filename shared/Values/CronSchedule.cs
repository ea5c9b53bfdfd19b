using System.Globalization;

namespace ChatOps.Values;

/// <summary>
/// Moments given by five fields (minute, hour, day of month, month, day of week) in a time zone. Where both days are restricted, either is
/// enough. A local time that the clock skips happens at the moment it jumps to; one that it shows twice happens the first time.
/// </summary>
/// <remarks>Source: POSIX.1-2017 <c>crontab</c>; steps, names and macros as in Vixie cron's crontab(5).</remarks>
public sealed class CronSchedule
{
    /// <summary>February 29th on a given weekday comes within 40 years; beyond that a schedule never fires.</summary>
    private const int YearsAhead = 41;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private readonly bool[] _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(string text, TimeZoneInfo zone, bool[][] fields, bool anyDay, bool anyWeekday)
    {
        (Text, _zone, _anyDay, _anyWeekday) = (text, zone, anyDay, anyWeekday);
        (_minutes, _hours, _days, _months, _weekdays) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
    }

    /// <summary>The five fields as they were written.</summary>
    public string Text { get; }

    /// <param name="zone">An IANA name; null is UTC.</param>
    public static Outcome<CronSchedule> Parse(string text, string? zone)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone is null or "" ? "UTC" : zone, out var found))
            return new Fault("BadZone", $"there is no time zone '{zone}'", "Write an IANA name, such as Europe/Berlin");
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
            return Misfit(text, $"'{fields[wrong]}' is no {names[wrong]}");
        }
        // Sunday is 0 and 7.
        read[4]![0] |= read[4]![7];
        var schedule = new CronSchedule(written, found, read!, fields[2].StartsWith('*'), fields[4].StartsWith('*'));
        return schedule.Next(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)) is null
            ? Misfit(text, "that day never comes")
            : schedule;
    }

    /// <summary>The first moment after this one; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var local = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        // An hour earlier on the clock may still be later in time, where the clock is put back.
        var from = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddHours(-2);
        foreach (var candidate in Locals(from))
        {
            var moment = MomentOf(candidate);
            if (moment > after) return moment;
        }
        return null;
    }

    /// <summary>Every moment after one and up to another, at most so many, oldest first.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until, int most)
    {
        for (var next = Next(after); next <= until && most-- > 0; next = Next(next.Value)) yield return next.Value;
    }

    private IEnumerable<DateTime> Locals(DateTime from)
    {
        for (var day = from.Date; day.Year < from.Year + YearsAhead; day = day.AddDays(1))
        {
            if (!_months[day.Month])
            {
                day = new DateTime(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));
                continue;
            }
            if (!Fits(day)) continue;
            for (var hour = 0; hour < 24; hour++)
            {
                for (var minute = 0; _hours[hour] && minute < 60; minute++)
                {
                    if (_minutes[minute] && day.AddHours(hour).AddMinutes(minute) is var at && at >= from) yield return at;
                }
            }
        }
    }

    private bool Fits(DateTime day)
    {
        var (ofMonth, ofWeek) = (_days[day.Day], _weekdays[(int)day.DayOfWeek]);
        return _anyDay || _anyWeekday ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private DateTimeOffset MomentOf(DateTime local)
    {
        // Skipped: the clock went from before the gap to after it; the moment of the jump is the first that exists.
        while (_zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

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
        "BadSchedule", $"'{(text.Length > 100 ? text[..100] + "…" : text)}' is no schedule: {cause}",
        "Write minute, hour, day, month and weekday: \"0 3 * * *\" is every day at three");
}
