using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Operations;

/// <summary>
/// Everything the bot does by itself: follows its resources and shows them, carries changes and restores on, and listens on every platform.
/// People are heard only once the resources are known, so that no command decides on half a picture.
/// </summary>
internal sealed class BotWorkers(
    ChatPlatforms platforms, IChatInbox inbox, ResourceMessages messages, Announcements announcements, SnapshotBoard snapshots,
    ScheduleBoard schedules, ChangeBoard changes, ScheduleController scheduleController, Tidying tidying,
    ChangeController changeController, RestoreController restoreController, UntakenSnapshots untaken, BotSettings settings,
    Readiness readiness, Heartbeats heartbeats, Endings endings, LeaderElection election, LeaderLabel label, LiveMessages live,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BotWorkers> log) : BackgroundService
{
    /// <summary>How long what is under way may take once this bot is to act no more; well within what a lease leaves.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _leading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _deposed;

    /// <summary>Completes when this bot begins to act.</summary>
    public Task Leading => _leading.Task;

    /// <summary>
    /// Of the process: 0 only where it was asked to end. One that may not lead any more, or that something which concerns all has ended,
    /// has to begin anew.
    /// </summary>
    public int ExitCode => _deposed || ExecuteTask is { IsFaulted: true } ? 1 : 0;

    protected override async Task ExecuteAsync(CancellationToken ct)
    {
        if (!settings.Lease.Enabled)
        {
            await ActAsync(ct);
            return;
        }
        await using var term = await election.WinAsync(() => label.TakeOffAsync(ct), ct);
        using var acting = CancellationTokenSource.CreateLinkedTokenSource(ct, term.Lost);
        try
        {
            label.PutOnAsync(acting.Token).OrTell(e => log.LogError(e, "mark this pod as the one that leads"));
            await ActAsync(acting.Token);
            // Work that is cancelled between two calls ends without a word, and for the same reason.
            term.Lost.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (term.Lost.IsCancellationRequested)
        {
            _deposed = true;
            lifetime.StopApplication();
        }
        finally
        {
            await acting.CancelAsync();
            await live.EndAsync(LastWords);
        }
    }

    private async Task ActAsync(CancellationToken ct)
    {
        _leading.TrySetResult();
        List<Task> work = [restoreController.RunAsync(ct), changes.Informer.RunAsync(Each<Change>(e => OnChange(e, ct)), ct)];
        work.AddRange(schedules.Informers.Select(i => i.RunAsync(Each<SnapshotSchedule>(OnSchedule), ct)));
        work.AddRange(snapshots.Informers.Select(i => i.RunAsync(Each<Snapshot>(e => OnSnapshot(e, i, ct)), ct)));
        var synced = Task.WhenAll(snapshots.Informers.Select(i => i.Synced).Append(changes.Informer.Synced));
        await await Task.WhenAny([synced, .. work]);
        if (!ct.IsCancellationRequested)
        {
            readiness.Reach(Readiness.Cluster);
            foreach (var platform in platforms.All)
                ReachAsync(platform, ct).OrTell(e => log.LogError(e, "reach {Platform}", platform.Name));
            log.LogInformation("ready: {Changes} changes known, listening on {Platforms}",
                changes.Informer.Items.Count, string.Join(", ", platforms.All.Select(p => p.Name)));
        }
        work.Add(scheduleController.RunAsync(ct));
        work.Add(untaken.RunAsync(ct));
        work.Add(tidying.RunAsync(ct));
        work.AddRange(platforms.All.Select(p => p.RunAsync(inbox, ct)));
        // None of these ends by itself: one that did would leave the bot half deaf, so its fault
        // ends the process and the next one starts whole.
        var first = await Task.WhenAny(work);
        if (ct.IsCancellationRequested) await Task.WhenAll(work).WaitAsync(LastWords, time, CancellationToken.None).Settled();
        await first;
    }

    private async Task ReachAsync(IChatPlatform platform, CancellationToken ct)
    {
        await platform.Connected.WaitAsync(ct).Settled();
        if (!ct.IsCancellationRequested) readiness.Reach(platform.Name);
    }

    /// <summary>
    /// Each resource by itself: whoever may write one may write anything into it, and what is strange about it costs no other. Logged by
    /// name, it is looked at again when it moves.
    /// </summary>
    private Func<WatchEvent<T>, ValueTask> Each<T>(Action<WatchEvent<T>> handle)
        where T : IResource => e =>
    {
        try
        {
            handle(e);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            var (ns, name) = (e.Object.Metadata.Namespace, e.Object.Metadata.Name);
            log.LogError(fault, "{Kind} {Namespace}/{Name} is passed over", typeof(T).Name, ns, name);
        }
        return default;
    };

    private void OnChange(WatchEvent<Change> e, CancellationToken ct)
    {
        var heart = heartbeats.Of("changes");
        heart.Beat();
        try
        {
            tidying.Wake(e.Object.Spec.Target);
            if (endings.IsNew(e.Type, e.Object, e.Object.Status.IsFinal, changes.Informer.Synced.IsCompleted))
                ChangeMetrics.Ended(e.Object, settings.Targets.ContainsKey(e.Object.Spec.Target));
            if (e.Type == WatchEventType.Deleted) announcements.Forget(e.Object);
            else Follow(e.Object, ct);
        }
        finally
        {
            heart.Rest();
        }
    }

    private void Follow(Change change, CancellationToken ct)
    {
        var card = ChangeCards.Of(change);
        messages.Show(ChatOpsKinds.Changes, change, card);
        announcements.Tell(ChatOpsKinds.Changes, change, change.Spec.Target, card, ct);
        changeController.Observe(change, ct);
    }

    private void OnSchedule(WatchEvent<SnapshotSchedule> e) => scheduleController.Wake(e.Object.Spec.Target);

    private void OnSnapshot(WatchEvent<Snapshot> e, Informer<Snapshot> from, CancellationToken ct)
    {
        scheduleController.Wake(e.Object.Spec.Target);
        untaken.Wake(e.Object.Spec.Target);
        tidying.Wake(e.Object.Spec.Target);
        if (endings.IsNew(e.Type, e.Object, e.Object.Status.IsFinal, from.Synced.IsCompleted))
            SnapshotMetrics.Ended(e.Object, settings.Targets.ContainsKey(e.Object.Spec.Target));
        if (e.Type == WatchEventType.Deleted)
        {
            announcements.Forget(e.Object);
            return;
        }
        var card = SnapshotCards.Of(e.Object, from.Of(e.Object.Spec.Target));
        messages.Show(ChatOpsKinds.Snapshots, e.Object, card);
        // One taken before a change is told of by the change.
        if (e.Object.Spec.Reason != "pre-change") announcements.Tell(ChatOpsKinds.Snapshots, e.Object, e.Object.Spec.Target, card, ct);
    }
}
