using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Operations;

/// <summary>
/// Everything the bot does by itself: follows its resources and shows them, carries changes and restores on, and listens on every platform.
/// People are heard only once the resources are known, so that no command decides on half a picture.
/// </summary>
internal sealed class BotWorkers(
    ChatPlatforms platforms, IChatInbox inbox, ResourceMessages messages, Announcements announcements, SnapshotBoard snapshots, ScheduleBoard schedules,
    ChangeBoard changes, ScheduleController scheduleController, SnapshotTidying tidying,
    ChangeController changeController, RestoreController restoreController, Readiness readiness, ILogger<BotWorkers> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken ct)
    {
        List<Task> work = [restoreController.RunAsync(ct), changes.Informer.RunAsync(e => OnChange(e, ct), ct)];
        work.AddRange(schedules.Informers.Select(i => i.RunAsync(_ => Wake(), ct)));
        work.AddRange(snapshots.Informers.Select(i => i.RunAsync(e => OnSnapshot(e, ct), ct)));
        var synced = Task.WhenAll(snapshots.Informers.Select(i => i.Synced).Append(changes.Informer.Synced));
        await await Task.WhenAny([synced, .. work]);
        if (!ct.IsCancellationRequested)
        {
            readiness.Ready = true;
            log.LogInformation("ready: {Changes} changes known, listening on {Platforms}",
                changes.Informer.Items.Count, string.Join(", ", platforms.All.Select(p => p.Name)));
        }
        work.Add(scheduleController.RunAsync(ct));
        work.Add(tidying.RunAsync(ct));
        work.AddRange(platforms.All.Select(p => p.RunAsync(inbox, ct)));
        // None of these ends by itself: one that did would leave the bot half deaf, so its fault ends the process and the next one starts whole.
        await await Task.WhenAny(work);
    }

    private ValueTask OnChange(WatchEvent<Change> e, CancellationToken ct)
    {
        if (e.Type == WatchEventType.Deleted) return default;
        var card = ChangeCards.Of(e.Object);
        messages.Show(ChatOpsKinds.Changes, e.Object, card);
        announcements.Tell(ChatOpsKinds.Changes, e.Object, e.Object.Spec.Target, card, ct);
        changeController.Observe(e.Object, ct);
        return default;
    }

    private ValueTask Wake()
    {
        scheduleController.Wake();
        return default;
    }

    private ValueTask OnSnapshot(WatchEvent<Snapshot> e, CancellationToken ct)
    {
        scheduleController.Wake();
        tidying.Wake();
        if (e.Type == WatchEventType.Deleted) return default;
        var card = SnapshotCards.Of(e.Object, snapshots.Informers.SelectMany(i => i.Items));
        messages.Show(ChatOpsKinds.Snapshots, e.Object, card);
        // One taken before a change is told of by the change.
        if (e.Object.Spec.Reason != "pre-change") announcements.Tell(ChatOpsKinds.Snapshots, e.Object, e.Object.Spec.Target, card, ct);
        return default;
    }
}

/// <summary>Whether people can be served; what <c>/health/ready</c> says.</summary>
internal sealed class Readiness
{
    public bool Ready { get; set; }
}
