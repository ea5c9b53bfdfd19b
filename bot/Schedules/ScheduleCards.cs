using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Schedules;

/// <summary>Shows schedules as cards; pure.</summary>
internal static class ScheduleCards
{
    /// <summary>What has to be told of it: what was missed, or that all is well again.</summary>
    public static Card News(SnapshotSchedule schedule)
    {
        var (target, news) = (schedule.Spec.Target, schedule.Status.Unreported!);
        List<string> lines = [news.Message];
        if (news.Hint is { } hint) lines.Add(hint);
        var footer = $"schedule {schedule.Metadata.Name}";
        return news.Reason == SnapshotScheduleStatus.Recovered
            ? new Card(CardState.Succeeded, $"Snapshots of {target} succeed again") { Lines = lines, Footer = footer }
            : new Card(CardState.Failed, $"Snapshot of {target} was not taken")
            {
                Lines = lines,
                Footer = footer,
                Buttons = [new Button($"/snapshot {target}", "Take one now", ButtonStyle.Primary)],
            };
    }

    public static Card List(IReadOnlyList<SnapshotSchedule> schedules, DateTimeOffset now)
    {
        if (schedules.Count == 0)
        {
            return new Card(CardState.Information, "No schedules")
            {
                Lines = ["/schedule set TARGET \"0 3 * * *\" Europe/Berlin makes one"],
            };
        }
        var unwell = schedules.Count(s => s.Status.UnwellSince is not null);
        return new Card(
            unwell > 0 ? CardState.Warning : CardState.Information,
            unwell > 0 ? $"{Counted.Of(unwell, "schedule")} of {schedules.Count} unwell" : Counted.Of(schedules.Count, "schedule"))
        {
            Fields = [.. schedules.Select(s => new CardField(s.Metadata.Name, Line(s, now)))],
            Buttons = schedules is [var only] ? [Toggle(only), new Button($"/schedule run {only.Spec.Target}", "Run now")] : [],
        };
    }

    public static Card Set(SnapshotSchedule schedule, DateTimeOffset now) =>
        new(CardState.Succeeded, $"Snapshots of {schedule.Spec.Target}: {When(schedule)}")
        {
            Lines = [Next(schedule, now)],
            Buttons = [Toggle(schedule)],
        };

    private static Button Toggle(SnapshotSchedule schedule) => schedule.Spec.Suspend == true
        ? new Button($"/schedule resume {schedule.Spec.Target}", "Resume", ButtonStyle.Primary)
        : new Button($"/schedule pause {schedule.Spec.Target}", "Pause");

    private static string Line(SnapshotSchedule schedule, DateTimeOffset now)
    {
        var status = schedule.Status;
        var last = status.UnwellSince is { } since ? $"none good since {Phrases.When(since, now)}: {status.Error?.Message}"
            : status.LastSuccessfulTime is { } good ? $"last {Phrases.When(good, now)}" : "none yet";
        var stay = schedule.Spec.Retention is { IsEmpty: false } rules ? $" · {rules}" : "";
        return $"{When(schedule)} · {Next(schedule, now)} · {last}{stay}";
    }

    private static string When(SnapshotSchedule schedule) => $"{schedule.Spec.Schedule} {schedule.Spec.TimeZone ?? "UTC"}";

    private static string Next(SnapshotSchedule schedule, DateTimeOffset now)
    {
        if (schedule.Spec.Suspend == true) return "paused";
        var cron = CronSchedule.Parse(schedule.Spec.Schedule, schedule.Spec.TimeZone);
        return cron.Fault is { } fault ? fault.Message : cron.Value.Next(now) is { } next ? $"next {Phrases.Coming(next, now)}" : "never";
    }
}
