using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Schedules;

/// <summary>What is to be done about a schedule at a moment; decided purely, carried out by <see cref="ScheduleController"/>.</summary>
internal abstract record ScheduleStep
{
    /// <summary>Lateness that nobody needs to hear of.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    private const long DeadlineSeconds = 600;

    /// <summary>Moments before this are not looked for: a status that says 1970 would have millions.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(5 * 365);

    /// <summary>So many behind are told as very many.</summary>
    private const int MostBehind = 1000;

    /// <summary>Nothing until then; null while it is suspended, and when it will never be due.</summary>
    public sealed record Rest(DateTimeOffset? Until) : ScheduleStep;

    /// <summary>Made or, where it is there already, noted.</summary>
    public sealed record Make(DateTimeOffset Moment) : ScheduleStep;

    public sealed record Miss(DateTimeOffset Moment, ResourceFault Why) : ScheduleStep;

    /// <summary>It can never be due, because of what is written in it.</summary>
    public sealed record Refuse(Fault Why) : ScheduleStep;

    /// <summary>
    /// Counts from the later of the last moment and the last change, as Kubernetes' CronJob and Velero came to do: what a schedule would
    /// have had to make before it was written so is not late.
    /// </summary>
    /// <param name="made">Its snapshots, also those of which the status does not know yet:
    /// the bot may have been killed between the two.</param>
    public static ScheduleStep For(SnapshotSchedule schedule, DateTimeOffset now, IReadOnlyCollection<Snapshot> made)
    {
        var (spec, status) = (schedule.Spec, schedule.Status.Observe(schedule.Spec, now));
        var cron = CronSchedule.Parse(spec.Schedule, spec.TimeZone);
        if (cron.Fault is { } misfit) return new Refuse(misfit);
        if (spec.Suspend == true) return new Rest(null);
        var since = status.CountsFrom ?? schedule.Metadata.CreationTimestamp ?? now;
        if (since < now - Longest) since = now - Longest;
        var moments = made.Select(s => s.ScheduledAt).ToHashSet();
        var (last, missed) = (default(DateTimeOffset?), 0);
        foreach (var due in cron.Value.Between(since, now)) (last, missed) = (due, moments.Contains(due) ? missed : missed + 1);
        if (last is not { } moment) return new Rest(cron.Value.Next(now));
        if (moments.Contains(moment)) return new Make(moment);
        var late = now - moment;
        if (late > TimeSpan.FromSeconds(spec.StartingDeadlineSeconds ?? DeadlineSeconds))
            return new Miss(moment, TooLate(missed));
        var running = made.Any(s => !s.Status.IsFinal);
        return running && spec.ConcurrencyPolicy != "Allow" ? new Miss(moment, StillRunning(status.LastSnapshot)) : new Make(moment);
    }

    private static ResourceFault TooLate(int count) => new(
        "Missed",
        count switch
        {
            1 => "nobody was there to begin it",
            >= MostBehind => "nobody was there to begin it, nor very many before it",
            _ => $"nobody was there to begin it, nor {count - 1} before it",
        },
        "The bot was not running, or could not reach the API server; the next one is made in its time");

    private static ResourceFault StillRunning(string? before) => new(
        "StillRunning", $"the one before, {before}, had not ended", "Make the schedule rarer, or see why that one takes so long");
}
