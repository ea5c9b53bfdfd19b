using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// Deletes Snapshot resources that are of no more use, as <see cref="ObsoleteSnapshots"/> decides. Archives are never touched from here:
/// the sidecar removes those. What cannot be deleted now is tried again later.
/// </summary>
internal sealed class SnapshotTidying(
    IKubernetesClient client, SnapshotBoard board, BotSettings settings, Heartbeats heartbeats, TimeProvider time,
    ILogger<SnapshotTidying> log)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);
    private readonly Heartbeat _heart = heartbeats.Of("tidying");
    private TaskCompletionSource _changed = NewSignal();
    private string? _trouble;

    /// <summary>A snapshot moved.</summary>
    public void Wake() => _changed.TrySetResult();

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(board.Informers.Select(i => i.Synced)).WaitAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            _changed = NewSignal();
            _heart.Beat();
            await TidyAsync(ct);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(_changed.Task, Task.Delay(LongestRest, time, over.Token));
            await over.CancelAsync();
        }
    }

    private async Task TidyAsync(CancellationToken ct)
    {
        try
        {
            foreach (var target in settings.Targets.Values.Where(t => t.Home is not null))
            {
                foreach (var snapshot in ObsoleteSnapshots.Of([.. board.Of(target.Name)])) await DeleteAsync(snapshot, ct);
            }
            _trouble = null;
        }
        catch (ApiException e)
        {
            if (_trouble != e.Message) log.LogWarning("tidying snapshots: {Cause}; trying again", e.Message);
            _trouble = e.Message;
        }
    }

    private async Task DeleteAsync(Snapshot snapshot, CancellationToken ct)
    {
        _heart.Beat();
        try
        {
            // By its uid: one made again under the same name is another.
            await client.DeleteAsync(ChatOpsKinds.Snapshots, snapshot.Metadata.Namespace, snapshot.Metadata.Name,
                new Deletion(Uid: snapshot.Metadata.Uid), ct);
            log.LogInformation("deleted {Name}: {Why}", snapshot.Metadata.Name,
                snapshot.Status.Phase == SnapshotPhase.Failed ? "an old failure" : "its archive was removed");
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Somebody else has deleted it.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
