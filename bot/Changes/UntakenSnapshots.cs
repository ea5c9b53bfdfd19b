using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Ends the Snapshots that nobody begins within the home's <c>beginWithin</c>, and says why, so that nothing waits for ever and nothing
/// runs hours late. As long as another of the same target is being made, they only queue.
/// </summary>
internal sealed class UntakenSnapshots(
    IKubernetesClient client, BotSettings settings, SnapshotBoard board, StrategyCatalog strategies, Heartbeats heartbeats,
    TimeProvider time, ILogger<UntakenSnapshots> log)
{
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1), AfterTrouble = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(2);

    private readonly MovedTargets _moved = new(time);

    /// <summary>The time of those that wait, by uid.</summary>
    private readonly Dictionary<string, TimeAllowed> _waiting = new(StringComparer.Ordinal);

    /// <summary>A snapshot of the target has moved; from any thread.</summary>
    public void Wake(string target) => _moved.Add(target);

    /// <summary>Ends only by cancellation.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var heart = heartbeats.Of("snapshots that wait");
        await Task.WhenAll(board.Informers.Select(i => i.Synced)).WaitAsync(ct);
        var clock = new SteadyClock(time);
        // When each target with one that waits is to be looked at again by itself.
        var due = settings.Targets.Keys.ToDictionary(name => name, _ => TimeSpan.Zero, StringComparer.Ordinal);
        while (!ct.IsCancellationRequested)
        {
            var next = due.Count == 0 ? Rest : due.Values.Min() - clock.Now;
            var moved = await _moved.TakeAsync(next < Rest ? next : Rest, ct);
            heart.Beat();
            foreach (var name in due.Where(d => d.Value <= clock.Now).Select(d => d.Key).Union(moved).ToList())
            {
                if (await LookAsync(name, ct) is { } left) due[name] = clock.Now + left;
                else due.Remove(name);
            }
            heart.Rest();
        }
    }

    /// <summary>How long until it has to be looked at again; null is when something moves.</summary>
    private async Task<TimeSpan?> LookAsync(string name, CancellationToken ct)
    {
        try
        {
            return settings.Targets.TryGetValue(name, out var target) && target.Home is { } home
                ? await EndLateAsync(target, home, ct) : null;
        }
        catch (ApiException e)
        {
            // A conflict is the sidecar, which has begun it at last.
            if (!e.IsConflict) log.LogWarning("a snapshot of {Target} that nobody begins: {Cause}; trying again", name, e.Message);
            return e.IsForbidden ? AfterRefusal : AfterTrouble;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "the snapshots of {Target} are passed over", name);
            return null;
        }
    }

    private async Task<TimeSpan?> EndLateAsync(Target target, HomeSettings home, CancellationToken ct)
    {
        var all = board.Of(target.Name).ToList();
        var queue = all.Where(s => s.Status.Phase == SnapshotPhase.Pending).ToList();
        if (queue.Count == 0 || all.Any(s => s.Status.Phase is SnapshotPhase.Running or SnapshotPhase.Verifying))
        {
            foreach (var waiting in queue) _waiting.Remove(Key(waiting));
            return null;
        }
        TimeSpan? shortest = null;
        foreach (var snapshot in queue)
        {
            var left = AllowedOf(snapshot, all).Left(home.BeginWithin);
            if (left > TimeSpan.Zero)
            {
                shortest = shortest is { } other && other < left ? other : left;
                continue;
            }
            var why = await WhyAsync(target, $"nobody began it within {Phrases.Duration(home.BeginWithin)}", ct);
            await client.WriteStatusAsync(snapshot, snapshot.Status.Fail(why, time.GetUtcNow()), ct);
            _waiting.Remove(Key(snapshot));
        }
        return shortest;
    }

    /// <summary>From when it could have been begun: it was asked for, and the one before it was done.</summary>
    private TimeAllowed AllowedOf(Snapshot snapshot, IEnumerable<Snapshot> all)
    {
        if (_waiting.TryGetValue(Key(snapshot), out var known)) return known;
        var asked = snapshot.Metadata.CreationTimestamp ?? time.GetUtcNow();
        var free = all.Select(s => s.Status.FinishedAt).Max() is { } done && done > asked ? done : asked;
        return _waiting[Key(snapshot)] = new TimeAllowed(free, time);
    }

    /// <summary>What the cluster says about whoever should have begun it.</summary>
    private async Task<ResourceFault> WhyAsync(Target target, string late, CancellationToken ct)
    {
        try
        {
            var live = await strategies.For(target).ReadAsync(target, ct);
            if (SidecarState.WhyNone(target, live) is { } none) return new(none.Kind, $"{late}: {none.Message}", none.Hint);
            var told = await WorkloadWatch.ToldOfAsync(client, target.Namespace, live.Pods, ct);
            return PodTrouble.Of(live.Pods, told) is { Fault: var trouble }
                ? new(trouble.Kind, $"{late}: {trouble.Message}", trouble.Hint)
                : new("NotBegun", $"{late}: the sidecar of {target.Name} does not take it up", Logs(target, live));
        }
        catch (FaultException e)
        {
            return new(e.Fault.Kind, $"{late}: {e.Fault.Message}", e.Fault.Hint);
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            return new("NotBegun", late, $"Is its sidecar running? kubectl -n {target.Namespace} get pods");
        }
    }

    private static string Logs(Target target, WorkloadState live) => live.Pods is [var pod, ..]
        ? $"Read why with: kubectl -n {target.Namespace} logs {pod.Metadata.Name} --all-containers"
        : $"There is no pod: kubectl -n {target.Namespace} describe {target.WorkloadKind} {target.WorkloadName}";

    private static string Key(Snapshot snapshot) => snapshot.Metadata.Uid ?? $"{snapshot.Metadata.Namespace}/{snapshot.Metadata.Name}";
}
