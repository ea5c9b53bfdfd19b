using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
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
    ChangeController changeController, RestoreController restoreController, BotSettings settings, Readiness readiness,
    Heartbeats heartbeats, Endings endings, ILogger<BotWorkers> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken ct)
    {
        List<Task> work = [restoreController.RunAsync(ct), changes.Informer.RunAsync(e => OnChange(e, ct), ct)];
        work.AddRange(schedules.Informers.Select(i => i.RunAsync(_ => Wake(), ct)));
        work.AddRange(snapshots.Informers.Select(i => i.RunAsync(e => OnSnapshot(e, i.Synced.IsCompleted, ct), ct)));
        var synced = Task.WhenAll(snapshots.Informers.Select(i => i.Synced).Append(changes.Informer.Synced));
        await await Task.WhenAny([synced, .. work]);
        if (!ct.IsCancellationRequested)
        {
            readiness.Reach(Readiness.Cluster);
            foreach (var platform in platforms.All) _ = ReachAsync(platform, ct);
            log.LogInformation("ready: {Changes} changes known, listening on {Platforms}",
                changes.Informer.Items.Count, string.Join(", ", platforms.All.Select(p => p.Name)));
        }
        work.Add(scheduleController.RunAsync(ct));
        work.Add(tidying.RunAsync(ct));
        work.AddRange(platforms.All.Select(p => p.RunAsync(inbox, ct)));
        // None of these ends by itself: one that did would leave the bot half deaf, so its fault ends the process and the next one starts whole.
        await await Task.WhenAny(work);
    }

    private async Task ReachAsync(IChatPlatform platform, CancellationToken ct)
    {
        await platform.Connected.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ct.IsCancellationRequested) readiness.Reach(platform.Name);
    }

    private ValueTask OnChange(WatchEvent<Change> e, CancellationToken ct)
    {
        var heart = heartbeats.Of("changes");
        heart.Beat();
        if (endings.IsNew(e.Type, e.Object, e.Object.Status.IsFinal, changes.Informer.Synced.IsCompleted))
            ChangeMetrics.Ended(e.Object, settings.Targets.ContainsKey(e.Object.Spec.Target));
        if (e.Type != WatchEventType.Deleted) Follow(e.Object, ct);
        heart.Rest();
        return default;
    }

    private void Follow(Change change, CancellationToken ct)
    {
        var card = ChangeCards.Of(change);
        messages.Show(ChatOpsKinds.Changes, change, card);
        announcements.Tell(ChatOpsKinds.Changes, change, change.Spec.Target, card, ct);
        changeController.Observe(change, ct);
    }

    private ValueTask Wake()
    {
        scheduleController.Wake();
        return default;
    }

    private ValueTask OnSnapshot(WatchEvent<Snapshot> e, bool synced, CancellationToken ct)
    {
        scheduleController.Wake();
        tidying.Wake();
        if (endings.IsNew(e.Type, e.Object, e.Object.Status.IsFinal, synced))
            SnapshotMetrics.Ended(e.Object, settings.Targets.ContainsKey(e.Object.Spec.Target));
        if (e.Type == WatchEventType.Deleted) return default;
        var card = SnapshotCards.Of(e.Object, snapshots.Informers.SelectMany(i => i.Items));
        messages.Show(ChatOpsKinds.Snapshots, e.Object, card);
        // One taken before a change is told of by the change.
        if (e.Object.Spec.Reason != "pre-change") announcements.Tell(ChatOpsKinds.Snapshots, e.Object, e.Object.Spec.Target, card, ct);
        return default;
    }
}
