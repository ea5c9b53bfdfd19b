using System.Collections.Concurrent;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// Carries out Restores: a Job with the sidecar's own program puts the archive back while nothing else mounts the claim. Goes on from the
/// status after a kill; the Job bears the Restore's name, so there is never a second one beside it. One that is interrupted is begun again,
/// as the sidecar then finishes what lies half placed. One that cannot begin fails within the target's <c>readyWithin</c>. One that failed
/// leaves nothing that could begin later: whoever waits for it starts the application again.
/// </summary>
internal sealed class RestoreController(
    IKubernetesClient client, BotSettings settings, Heartbeats heartbeats, TimeProvider time, ILogger<RestoreController> log)
{
    /// <summary>Set on the pods of a Job by its controller, in every version of Kubernetes.</summary>
    private const string JobLabel = "job-name";

    /// <summary>How often one is begun that is killed again and again.</summary>
    private const int MostAttempts = 3;

    /// <summary>Between two looks at what no event tells of, and at what there is only events of.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1), Rest = TimeSpan.FromHours(1);

    /// <summary>Why those that were given up are; their Jobs are on their way out.</summary>
    private readonly ConcurrentDictionary<string, ResourceFault> _givenUp = new(StringComparer.Ordinal);

    /// <summary>The time of those under way, by namespace and name.</summary>
    private readonly ConcurrentDictionary<(string? Namespace, string Name), TimeAllowed> _allowed = new();

    /// <summary>Ends only by cancellation, also where no target has a home.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var namespaces = settings.Targets.Values.Where(t => t.Home is not null).Select(t => t.Namespace).Distinct();
        await Task.WhenAll(namespaces.Select(ns => FollowAsync(ns, ct)));
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }

    private async Task FollowAsync(string ns, CancellationToken ct)
    {
        var moved = new MovedTargets(time);
        var restores = new Informer<Restore>(client, ChatOpsKinds.Restores, ns, Selection.All, time);
        var jobs = new Informer<Job>(client, Kinds.Jobs, ns, new Selection(Labels: ChatOpsKinds.TargetLabel), time);
        await Task.WhenAll(
            restores.RunAsync(e => Note(e.Object.Metadata, !e.Object.Status.IsFinal && e.Type != WatchEventType.Deleted), ct),
            jobs.RunAsync(e => Note(e.Object.Metadata, restores.Find(ns, e.Object.Metadata.Name) is { Status.IsFinal: false }), ct),
            CarryOutAsync(ns, moved, ct));

        ValueTask Note(ObjectMeta named, bool matters)
        {
            if (matters) moved.Add(named.Name);
            return default;
        }
    }

    /// <summary>One after the other; those that are in trouble, or whose Job has not begun, are looked at again by themselves.</summary>
    private async Task CarryOutAsync(string ns, MovedTargets moved, CancellationToken ct)
    {
        var heart = heartbeats.Of($"restores of {ns}");
        var open = new HashSet<string>(StringComparer.Ordinal);
        while (!ct.IsCancellationRequested)
        {
            open.UnionWith(await moved.TakeAsync(open.Count > 0 ? Again : Rest, ct));
            heart.Beat();
            foreach (var name in open.ToList())
            {
                if (!await AdvanceAsync(ns, name, ct)) continue;
                open.Remove(name);
                _allowed.TryRemove((ns, name), out _);
            }
            heart.Rest();
        }
    }

    /// <summary>Moves a Restore one phase on, if what it waits for is there; whether nothing is to be done until an event comes.</summary>
    private async Task<bool> AdvanceAsync(string ns, string name, CancellationToken ct)
    {
        try
        {
            var restore = await client.FindAsync(ChatOpsKinds.Restores, ns, name, ct);
            if (restore is null || restore.Status.IsFinal) return true;
            if (_givenUp.TryGetValue(restore.Metadata.Uid ?? "", out var why)) return await GiveUpAsync(restore, why, ct);
            return restore.Status.Phase == RestorePhase.Pending ? await BeginAsync(restore, ct) : await ConcludeAsync(restore, ct);
        }
        catch (ApiException e)
        {
            // A conflict is newer than what was read, and not worth a word.
            if (!e.IsConflict) log.LogWarning("restore {Name}: {Cause}; trying again", name, e.Message);
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One that is strange costs no other.
            log.LogError(e, "restore {Name} is passed over", name);
            return true;
        }
    }

    private async Task<bool> BeginAsync(Restore restore, CancellationToken ct)
    {
        if (!settings.Targets.TryGetValue(restore.Spec.Target, out var target) || target.Home is not { } home)
            return await FailAsync(restore, new("UndeclaredTarget", $"{restore.Spec.Target} is no target with a home in chatops.yaml"), ct);
        try
        {
            if (restore.Status.Attempts > 0 && !await IsClearedAsync(restore, ct)) return false;
            if (await MountedByAsync(restore, home, ct) is { } pod)
            {
                var fault = new ResourceFault(
                    "ClaimInUse",
                    $"{pod} still mounts {home.Claim}; data is never replaced under a running application",
                    $"Stop {target.Name} first");
                return await FailAsync(restore, fault, ct);
            }
            var configured = await client.FindAsync(Kinds.ConfigMaps, target.Namespace, SidecarNames.Settings(target), ct) is not null;
            var workload = await TemplateAsync(target, ct);
            if (HomeMount.WhyNot(target, HomeMount.In(workload, home)?.Mount) is { } unreachable)
                return await FailAsync(restore, ResourceFault.From(unreachable), ct);
            var job = RestoreJob.For(restore, target, home, configured, workload);
            await client.CreateAsync(Kinds.Jobs, target.Namespace, job, ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // Made before the bot was started anew.
        }
        catch (ApiException e) when (!e.IsTransient
            || restore.Status.Attempts == 0 && IsOver(restore, restore.Metadata.CreationTimestamp, target))
        {
            return await GiveUpAsync(restore, RestoreFaults.NotMade(restore, e), ct);
        }
        await client.WriteStatusAsync(restore, restore.Status.Start(restore.Metadata.Name, time.GetUtcNow()), ct);
        return false;
    }

    private async Task<bool> ConcludeAsync(Restore restore, CancellationToken ct)
    {
        var job = await client.FindAsync(Kinds.Jobs, restore.Metadata.Namespace, restore.Status.Job!, ct);
        if (job?.Has("Complete") == true)
        {
            await client.WriteStatusAsync(restore, restore.Status.Succeed(time.GetUtcNow()), ct);
            return true;
        }
        var pods = await PodsAsync(restore, ct);
        // A pod that is being deleted counts as failed while it still runs.
        if ((job is null || job.Has("Failed")) && pods.Any(p => !p.IsOver)) return false;
        if (job is null) return await BeginAgainAsync(restore, "its Job was deleted", RestoreFaults.Deleted(restore), ct);
        var target = settings.Targets.GetValueOrDefault(restore.Spec.Target);
        if (job.Has("Failed"))
        {
            var pod = pods.FirstOrDefault(p => p.Metadata.IsControlledBy(job.Metadata.Uid));
            var why = RestoreFaults.Of(restore, target?.Home?.IdentitySecret, pod);
            return RestoreFaults.WasInterrupted(pod)
                ? await BeginAgainAsync(restore, "its pod was ended before it was done", why, ct)
                : await FailAsync(restore, why, ct);
        }
        if (pods.Any(p => p.HasStarted)) return true;
        var late = target is null || IsOver(restore, restore.Status.StartedAt, target);
        return RestoreFaults.NotStarted(restore, job, pods, late ? target?.ReadyWithin : null) is { } fault
            && await GiveUpAsync(restore, fault, ct);
    }

    /// <summary>
    /// What was interrupted may lie half placed, and only the same program finishes it: the application must not meet it so.
    /// </summary>
    private async Task<bool> BeginAgainAsync(Restore restore, string cause, ResourceFault why, CancellationToken ct)
    {
        if (restore.Status.Attempts >= MostAttempts) return await FailAsync(restore, RestoreFaults.TooOften(restore, why), ct);
        log.LogWarning("restore {Name}: {Cause}; beginning again", restore.Metadata.Name, cause);
        await client.WriteStatusAsync(restore, restore.Status.Again(), ct);
        return false;
    }

    /// <summary>Takes away what an earlier attempt left; true when nothing of it is there.</summary>
    private async Task<bool> IsClearedAsync(Restore restore, CancellationToken ct)
    {
        var (ns, name) = (restore.Metadata.Namespace, restore.Metadata.Name);
        if (await client.FindAsync(Kinds.Jobs, ns, name, ct) is { } job)
        {
            // One that has not failed is the next attempt already, made just before a kill.
            if (!job.Has("Failed")) return true;
            if (job.Metadata.DeletionTimestamp is null)
                await client.DeleteAsync(Kinds.Jobs, ns, name, new("Background", Uid: job.Metadata.Uid), ct);
            return false;
        }
        return (await PodsAsync(restore, ct)).All(p => p.IsOver);
    }

    /// <summary>
    /// Takes away whatever of its Job is there; only when nothing is left that could replace data, the Restore has failed.
    /// </summary>
    private async Task<bool> GiveUpAsync(Restore restore, ResourceFault why, CancellationToken ct)
    {
        var (ns, name, uid) = (restore.Metadata.Namespace, restore.Metadata.Name, restore.Metadata.Uid ?? "");
        if (await client.FindAsync(Kinds.Jobs, ns, name, ct) is { } job)
        {
            _givenUp[uid] = why;
            if (job.Metadata.DeletionTimestamp is null)
                await client.DeleteAsync(Kinds.Jobs, ns, name, new("Background", Uid: job.Metadata.Uid), ct);
            return false;
        }
        // Where there never was a Job there is no pod, and the right to look for one may be what is missing.
        var begun = restore.Status.Attempts > 0 || _givenUp.ContainsKey(uid);
        if (begun && (await PodsAsync(restore, ct)).Any(p => !p.IsOver)) return false;
        await FailAsync(restore, why, ct);
        _givenUp.TryRemove(uid, out _);
        return true;
    }

    private async Task<bool> FailAsync(Restore restore, ResourceFault why, CancellationToken ct)
    {
        await client.WriteStatusAsync(restore, restore.Status.Fail(why, time.GetUtcNow()), ct);
        return true;
    }

    private bool IsOver(Restore restore, DateTimeOffset? since, Target target)
    {
        if (since is not { } begun) return false;
        var key = (restore.Metadata.Namespace, restore.Metadata.Name);
        if (!_allowed.TryGetValue(key, out var allowed) || allowed.Begun != begun) _allowed[key] = allowed = new TimeAllowed(begun, time);
        return allowed.Left(target.ReadyWithin) <= TimeSpan.Zero;
    }

    /// <summary>
    /// The name of a pod that uses the claim; those of the Restore's own Job do so by right, when it was made before a kill.
    /// </summary>
    private async Task<string?> MountedByAsync(Restore restore, HomeSettings home, CancellationToken ct)
    {
        var pods = await client.ListAsync(Kinds.Pods, restore.Metadata.Namespace, Selection.All, ct);
        return pods.Items.FirstOrDefault(p => !p.IsOver && p.Metadata.Label(JobLabel) != restore.Metadata.Name
            && p.Spec.Volumes?.Any(v => v.PersistentVolumeClaim?.ClaimName == home.Claim) == true)?.Metadata.Name;
    }

    /// <summary>Stopped or not, the workload says whose the home is; one that was deleted says nothing.</summary>
    private async Task<PodTemplate?> TemplateAsync(Target target, CancellationToken ct) => target.WorkloadKind == "statefulset"
        ? (await client.FindAsync(Kinds.StatefulSets, target.Namespace, target.WorkloadName, ct))?.Spec.Template
        : (await client.FindAsync(Kinds.Deployments, target.Namespace, target.WorkloadName, ct))?.Spec.Template;

    private async Task<IReadOnlyList<Pod>> PodsAsync(Restore restore, CancellationToken ct) =>
        (await client.ListAsync(
            Kinds.Pods, restore.Metadata.Namespace, new Selection(Labels: $"{JobLabel}={restore.Metadata.Name}"), ct)).Items;
}
