using System.Collections.Concurrent;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Schedules;

/// <summary>
/// Makes the snapshots of schedules in their time, each once, whoever is killed when; tells once what was missed, and once that all is well
/// again. What there is to tell stands in the status until it was told.
/// </summary>
internal sealed class ScheduleController(
    IKubernetesClient client, ScheduleBoard board, SnapshotBoard snapshots, ChangeBoard changes, SnapshotRequests requests, Announcements announcements,
    BotSettings settings, Heartbeats heartbeats, TimeProvider time, ILogger<ScheduleController> log)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _telling = new();
    private readonly ConcurrentDictionary<string, string> _refused = new();
    private readonly Heartbeat _heart = heartbeats.Of("schedules");
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Something moved that schedules depend on.</summary>
    public void Wake() => _changed.TrySetResult();

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(board.Informers.Select(i => i.Synced).Concat(snapshots.Informers.Select(i => i.Synced))).WaitAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            _changed = NewSignal();
            _heart.Beat();
            var rest = LongestRest;
            foreach (var schedule in board.All)
            {
                _heart.Beat();
                var wait = await AdvanceAsync(schedule, ct);
                rest = wait < rest ? wait : rest;
            }
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(_changed.Task, Task.Delay(rest, time, over.Token));
            await over.CancelAsync();
        }
    }

    /// <summary>Does what is due, and returns after how long to look again.</summary>
    private async Task<TimeSpan> AdvanceAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        try
        {
            schedule = await AccountAsync(schedule, ct);
            Tell(schedule, ct);
            var now = time.GetUtcNow();
            var step = ScheduleStep.For(schedule, now, Made(schedule).Any(s => !s.Status.IsFinal));
            if (step is ScheduleStep.Rest { Until: var until }) return until is { } then ? then - now : LongestRest;
            await DoAsync(schedule, step, ct);
            return step is ScheduleStep.Refuse ? LongestRest : TimeSpan.Zero;
        }
        catch (ApiException e)
        {
            if (!e.IsConflict) log.LogWarning("schedule {Name}: {Cause}; trying again", schedule.Metadata.Name, e.Message);
            return AfterTrouble;
        }
    }

    private async Task DoAsync(SnapshotSchedule schedule, ScheduleStep step, CancellationToken ct)
    {
        switch (step)
        {
            case ScheduleStep.Make(var moment):
                var (target, protect) = (settings.Targets[schedule.Spec.Target], changes.WaysBack(schedule.Spec.Target, snapshots).Keys);
                var name = await requests.CreateScheduledAsync(target, schedule, moment, protect, ct);
                await client.WriteStatusAsync(schedule, schedule.Status.Make(moment, name), ct);
                break;
            case ScheduleStep.Pass(var moment):
                await client.WriteStatusAsync(schedule, schedule.Status.Pass(moment), ct);
                break;
            case ScheduleStep.Miss(var moment, var why):
                log.LogWarning("schedule {Name}: missed {Moment:u}: {Why}", schedule.Metadata.Name, moment, why.Message);
                await client.WriteStatusAsync(schedule, schedule.Status.Miss(moment, why), ct);
                ScheduleMetrics.Missed(schedule.Spec.Target);
                break;
            case ScheduleStep.Refuse(var why) when _refused.GetValueOrDefault(Key(schedule)) != schedule.Metadata.ResourceVersion:
                _refused[Key(schedule)] = schedule.Metadata.ResourceVersion ?? "";
                log.LogWarning("schedule {Name}: {Why}", schedule.Metadata.Name, why);
                break;
        }
    }

    /// <summary>Notes how the newest one ended.</summary>
    private async Task<SnapshotSchedule> AccountAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        var status = schedule.Status;
        if (Made(schedule).FirstOrDefault(s => s.Status.IsFinal) is not { } newest || newest.ScheduledAt is not { } moment) return schedule;
        if (moment <= status.LastSuccessfulTime || moment <= status.LastFailedTime) return schedule;
        var good = newest.Status is { Phase: SnapshotPhase.Succeeded, FailedChecks: null };
        var why = newest.Status.Error ?? new ResourceFault("CheckFailed", string.Join("; ", newest.Status.FailedChecks ?? []), null);
        return await client.WriteStatusAsync(schedule, good ? status.Succeed(moment) : status.Fail(moment, why), ct);
    }

    /// <summary>In the background: a chat may be away for minutes, and other schedules are due meanwhile.</summary>
    private void Tell(SnapshotSchedule schedule, CancellationToken ct)
    {
        if (schedule.Status.Unreported is null || !_telling.TryAdd(Key(schedule), true)) return;
        _ = TellAsync(schedule, ct);
    }

    private async Task TellAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        try
        {
            await announcements.SayAsync(schedule.Spec.Target, schedule.Spec.Notify, ScheduleCards.News(schedule), ct);
            var seen = await client.FindAsync(ChatOpsKinds.SnapshotSchedules, schedule.Metadata.Namespace, schedule.Metadata.Name, ct);
            if (seen is not null && seen.Status.Unreported == schedule.Status.Unreported) await client.WriteStatusAsync(seen, seen.Status.Report(), ct);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            log.LogInformation("schedule {Name}: told, but not noted: {Cause}", schedule.Metadata.Name, e.Message);
        }
        finally
        {
            _telling.TryRemove(Key(schedule), out _);
            Wake();
        }
    }

    private IEnumerable<Snapshot> Made(SnapshotSchedule schedule) => snapshots.Of(schedule.Spec.Target)
        .Where(s => s.Metadata.Label(ChatOpsKinds.ScheduleLabel) == schedule.Metadata.Name).OrderByDescending(s => s.ScheduledAt);

    private static string Key(SnapshotSchedule schedule) => $"{schedule.Metadata.Namespace}/{schedule.Metadata.Name}";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
