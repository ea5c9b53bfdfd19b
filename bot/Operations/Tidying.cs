using ChatOps.Bot.Changes;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Operations;

/// <summary>
/// Deletes resources that are of no more use: Snapshots as <see cref="ObsoleteSnapshots"/> decides, Changes as
/// <see cref="ObsoleteChanges"/> does, and the Restores these made. Archives are never touched from here: the sidecar removes those. What
/// cannot be deleted now is tried again later.
/// </summary>
internal sealed class Tidying(
    IKubernetesClient client, ChangeBoard changes, SnapshotBoard snapshots, BotSettings settings, Heartbeats heartbeats, TimeProvider time,
    ILogger<Tidying> log)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);
    private readonly Heartbeat _heart = heartbeats.Of("tidying");
    private readonly MovedTargets _moved = new(time);
    private string? _trouble;

    /// <summary>A snapshot or a change of this target moved.</summary>
    public void Wake(string target) => _moved.Add(target);

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(snapshots.Informers.Select(i => i.Synced).Append(changes.Informer.Synced)).WaitAsync(ct);
        var clock = new SteadyClock(time);
        var whole = clock.Now;
        while (!ct.IsCancellationRequested)
        {
            var moved = await _moved.TakeAsync(whole - clock.Now, ct);
            _heart.Beat();
            // What could not be deleted when its target moved is tried again with all the others.
            var due = whole <= clock.Now;
            if (due) whole = clock.Now + LongestRest;
            await TidyAsync(due ? moved.Union(settings.Targets.Keys) : moved, ct);
        }
    }

    private async Task TidyAsync(IEnumerable<string> targets, CancellationToken ct)
    {
        try
        {
            foreach (var target in targets)
            {
                if (await TidyAsync(target, ct) is { } strange) log.LogError(strange, "tidying up {Target}", target);
            }
            _trouble = null;
        }
        catch (ApiException e)
        {
            if (_trouble != e.Message) log.LogWarning("tidying up: {Cause}; trying again", e.Message);
            _trouble = e.Message;
        }
    }

    /// <summary>What was strange about one of its resources: it costs no other target.</summary>
    private async Task<Exception?> TidyAsync(string target, CancellationToken ct)
    {
        try
        {
            foreach (var snapshot in ObsoleteSnapshots.Of([.. snapshots.Of(target)]))
            {
                var why = snapshot.Status.Phase == SnapshotPhase.Failed ? "an old failure" : "its archive was removed";
                await DeleteAsync(ChatOpsKinds.Snapshots, snapshot, why, ct);
            }
            foreach (var change in changes.ObsoleteOf(target, settings.ChangeHistoryLimit, snapshots)) await DeleteAsync(change, ct);
            return null;
        }
        catch (Exception e) when (e is not (ApiException or OperationCanceledException))
        {
            return e;
        }
    }

    /// <summary>With what it asked for: nobody would find those again without it.</summary>
    private async Task DeleteAsync(Change change, CancellationToken ct)
    {
        if (settings.Targets.TryGetValue(change.Spec.Target, out var target))
        {
            foreach (var name in TargetData.RestoresOf(change))
            {
                if (await client.FindAsync(ChatOpsKinds.Restores, target.Namespace, name, ct) is { } restore)
                    await DeleteAsync(ChatOpsKinds.Restores, restore, $"{change.Metadata.Name} is over for long", ct);
            }
        }
        await DeleteAsync(ChatOpsKinds.Changes, change, $"{change.Spec.Target} has {settings.ChangeHistoryLimit} newer ones", ct);
    }

    private async Task DeleteAsync<T>(ResourceKind<T> kind, T resource, string why, CancellationToken ct)
        where T : IResource
    {
        _heart.Beat();
        try
        {
            // By its uid: one made again under the same name is another.
            await client.DeleteAsync(
                kind, resource.Metadata.Namespace, resource.Metadata.Name, new Deletion(Uid: resource.Metadata.Uid), ct);
            log.LogInformation("deleted {Name}: {Why}", resource.Metadata.Name, why);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Somebody else has deleted it.
        }
    }
}
