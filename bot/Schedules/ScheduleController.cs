using System.Collections.Concurrent;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Schedules;

/// <summary>
/// Makes the snapshots of schedules in their time, each once, whoever is killed when; tells once what was missed, and once that all is well
/// again. What there is to tell stands in the status until it was told.
/// </summary>
internal sealed class ScheduleController(
    IKubernetesClient client, ScheduleBoard board, SnapshotBoard snapshots, ChangeBoard changes,
    SnapshotRequests requests, Announcements announcements, EventSink events,
    BotSettings settings, Heartbeats heartbeats, TimeProvider time, ILogger<ScheduleController> log)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    /// <summary>The news of each schedule that is being told, or was and still stands in the copy of its status we have.</summary>
    private readonly ConcurrentDictionary<string, ResourceFault> _told = new();

    /// <summary>The version of each schedule that can never be due, so that this is said once; used by the loop alone.</summary>
    private readonly Dictionary<string, string> _refused = [];

    private readonly MovedTargets _moved = new(time);
    private readonly Heartbeat _heart = heartbeats.Of("schedules");

    /// <summary>Something moved that the schedules of this target depend on.</summary>
    public void Wake(string target) => _moved.Add(target);

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(board.Informers.Select(i => i.Synced).Concat(snapshots.Informers.Select(i => i.Synced))).WaitAsync(ct);
        var clock = new SteadyClock(time);
        var next = clock.Now;
        while (!ct.IsCancellationRequested)
        {
            var moved = await _moved.TakeAsync(next - clock.Now, ct);
            _heart.Beat();
            var all = next <= clock.Now;
            if (all)
            {
                next = clock.Now + LongestRest;
                Forget();
            }
            foreach (var schedule in all ? board.All : moved.SelectMany(board.Of))
            {
                _heart.Beat();
                var (wait, reached) = await AdvanceAsync(schedule, ct);
                if (clock.Now + wait is var look && look < next) next = look;
                // One that does not answer would not answer for the others either, and each would wait for it anew.
                if (!reached) break;
            }
        }
    }

    /// <summary>Schedules that are no more leave nothing behind.</summary>
    private void Forget()
    {
        var there = board.All.Select(Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _refused.Keys.Concat(_told.Keys).Where(k => !there.Contains(k)).ToList())
        {
            _refused.Remove(gone);
            _told.TryRemove(gone, out _);
        }
    }

    /// <summary>Does what is due, and returns after how long to look again and whether the API server answers.</summary>
    private async Task<(TimeSpan Wait, bool Reached)> AdvanceAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        try
        {
            schedule = await AccountAsync(await ObserveAsync(schedule, ct), ct);
            Tell(schedule, ct);
            var now = time.GetUtcNow();
            var step = ScheduleStep.For(schedule, now, [.. Made(schedule)]);
            if (step is ScheduleStep.Rest { Until: var until }) return until is { } then ? (then - now, true) : (LongestRest, true);
            await DoAsync(schedule, step, ct);
            // What was written comes back through the watch, and wakes this one again.
            return (step is ScheduleStep.Refuse ? LongestRest : AfterTrouble, true);
        }
        catch (ApiException e)
        {
            if (!e.IsConflict) log.LogWarning("schedule {Name}: {Cause}; trying again", schedule.Metadata.Name, e.Message);
            return (AfterTrouble, e.Code != 0);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One that is strange costs no other.
            log.LogError(e, "schedule {Name} is passed over", schedule.Metadata.Name);
            return (LongestRest, true);
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
            case ScheduleStep.Miss(var moment, var why):
                log.LogWarning("schedule {Name}: missed {Moment:u}: {Why}", schedule.Metadata.Name, moment, why.Message);
                await client.WriteStatusAsync(schedule, schedule.Status.Miss(moment, why), ct);
                ScheduleMetrics.Missed(schedule.Spec.Target);
                events.Warning(
                    ObjectReference.To(ChatOpsKinds.SnapshotSchedules, schedule),
                    "ScheduleMissed", $"No snapshot for {moment.UtcDateTime:u}: {why.ToFault()}");
                break;
            case ScheduleStep.Refuse(var why) when _refused.GetValueOrDefault(Key(schedule)) != schedule.Metadata.ResourceVersion:
                _refused[Key(schedule)] = schedule.Metadata.ResourceVersion ?? "";
                log.LogWarning("schedule {Name}: {Why}", schedule.Metadata.Name, why);
                break;
        }
    }

    /// <summary>Notes that it was changed before anything is decided by it, so that a bot that starts later knows of it too.</summary>
    private async Task<SnapshotSchedule> ObserveAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        var (status, now) = (schedule.Status, time.GetUtcNow());
        if (status.Observe(schedule.Spec, now) == status) return schedule;
        var changed = status.Observed is null ? null : await ChangedAtAsync(schedule, ct);
        return await client.WriteStatusAsync(schedule, status.Observe(schedule.Spec, now, changed), ct);
    }

    /// <summary>Null where the API server has forgotten it: then it changed when the bot saw it.</summary>
    private async Task<DateTimeOffset?> ChangedAtAsync(SnapshotSchedule schedule, CancellationToken ct)
    {
        var (ns, name) = (schedule.Metadata.Namespace, schedule.Metadata.Name);
        var live = await client.FindRawAsync(ChatOpsKinds.SnapshotSchedules, ns, name, ct);
        var known = schedule.Status.CountsFrom ?? schedule.Metadata.CreationTimestamp;
        return live is not null && ScheduleEdits.Newest(live) is { } edit && edit > known ? edit : null;
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

    /// <summary>
    /// In the background: a chat may be away for minutes, and other schedules are due meanwhile. Once only, though the copy of the status
    /// lags behind what was noted.
    /// </summary>
    private void Tell(SnapshotSchedule schedule, CancellationToken ct)
    {
        var (key, news) = (Key(schedule), schedule.Status.Unreported);
        if (news is null) _told.TryRemove(key, out _);
        if (news is null || _told.GetValueOrDefault(key) == news) return;
        _told[key] = news;
        TellAsync(schedule, news, ct).OrTell(e => log.LogError(e, "tell of schedule {Name}", schedule.Metadata.Name));
    }

    private async Task TellAsync(SnapshotSchedule schedule, ResourceFault news, CancellationToken ct)
    {
        try
        {
            await announcements.SayAsync(schedule.Spec.Target, schedule.Spec.Notify, ScheduleCards.News(schedule), ct);
            while (!await NotedAsync(schedule, news, ct)) await Task.Delay(AfterTrouble, time, ct);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            log.LogInformation("schedule {Name}: told, but not noted: {Cause}", schedule.Metadata.Name, e.Message);
        }
    }

    /// <summary>False when that may succeed later: what is not noted is told again after a restart.</summary>
    private async Task<bool> NotedAsync(SnapshotSchedule schedule, ResourceFault news, CancellationToken ct)
    {
        try
        {
            var seen = await client.FindAsync(ChatOpsKinds.SnapshotSchedules, schedule.Metadata.Namespace, schedule.Metadata.Name, ct);
            if (seen?.Status.Unreported == news) await client.WriteStatusAsync(seen, seen.Status.Report(), ct);
            return true;
        }
        catch (ApiException e) when (e.IsTransient || e.IsConflict)
        {
            return false;
        }
    }

    private IEnumerable<Snapshot> Made(SnapshotSchedule schedule) => snapshots.Of(schedule.Spec.Target)
        .Where(s => s.Metadata.Label(ChatOpsKinds.ScheduleLabel) == schedule.Metadata.Name).OrderByDescending(s => s.ScheduledAt);

    private static string Key(SnapshotSchedule schedule) => $"{schedule.Metadata.Namespace}/{schedule.Metadata.Name}";
}
