using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Asks for the snapshots and restores a change needs, under names derived from the change: asking again finds the first one.
/// </summary>
internal sealed class TargetData(IKubernetesClient client, Target target, TimeProvider time)
{
    public static string PreChangeName(Change change) => ChangeNumbers.SnapshotBefore(change.Spec.Target, change.Spec.Number);

    /// <summary>Takes the snapshot before a change and waits for it; anything but success is a fault.</summary>
    /// <param name="left">How long that may still take.</param>
    public async Task SnapshotAsync(Change change, TimeSpan left, Func<string, Task> say, CancellationToken ct)
    {
        var name = PreChangeName(change);
        await EnsureAsync(ChatOpsKinds.Snapshots, name, new JsonObject
        {
            ["target"] = target.Name,
            ["reason"] = "pre-change",
            ["requestedBy"] = $"change:{change.Spec.Number}",
        }, ct);
        try
        {
            await WaitForAsync(name, left, say, ct);
        }
        catch (Exception e) when (e is FaultException or ApiException { IsTransient: false })
        {
            await AbandonAsync(change, name, ct);
            throw;
        }
    }

    private async Task WaitForAsync(string name, TimeSpan left, Func<string, Task> say, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(left, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await foreach (var snapshot in client.FollowObjectAsync(ChatOpsKinds.Snapshots, target.Namespace, name, time, both.Token))
            {
                if (IsTaken(name, snapshot)) return;
                await say(Doing(snapshot!.Status));
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // The news that it is done may be on a slow way here.
            if (IsTaken(name, await client.FindAsync(ChatOpsKinds.Snapshots, target.Namespace, name, ct))) return;
            throw new FaultException(new(
                "SnapshotLate",
                $"the snapshot before the change was not done within {Phrases.Duration(target.Home!.SnapshotWithin)}",
                $"Is the sidecar running? kubectl -n {target.Namespace} get snapshots,pods"));
        }
    }

    /// <summary>One that nobody has begun is not to be made hours later, for a change that is over.</summary>
    private async Task AbandonAsync(Change change, string name, CancellationToken ct)
    {
        try
        {
            var snapshot = await client.FindAsync(ChatOpsKinds.Snapshots, target.Namespace, name, ct);
            if (snapshot is not { Status.Phase: SnapshotPhase.Pending }) return;
            var why = new ResourceFault("ChangeFailed", $"change {change.Spec.Number} failed before anybody began it");
            await client.WriteStatusAsync(snapshot, snapshot.Status.Fail(why, time.GetUtcNow()), ct);
        }
        catch (ApiException)
        {
            // It has been begun, or it ends by itself when nobody begins it.
        }
    }

    /// <summary>False while it is on the way; one that cannot be relied on is a fault.</summary>
    private static bool IsTaken(string name, Snapshot? snapshot) => snapshot?.Status switch
    {
        null => throw new FaultException(new("SnapshotGone", $"snapshot {name} was deleted before it was done")),
        { IsIncomplete: true, FailedChecks: [var missed, ..] } => throw new FaultException(new(
            "Incomplete",
            $"the snapshot before the change is not whole: {missed}",
            "Let the sidecar run as the owner of these files, or leave out what need not be kept (files.exclude of the sidecar)")),
        { FailedChecks: [var failed, ..] } => throw new FaultException(new(
            "CheckFailed",
            $"the snapshot before the change cannot be relied on: {failed}",
            "Look at the database before changing anything")),
        { Phase: SnapshotPhase.Failed, Error: { } error } => throw new FaultException(
            new(error.Reason, $"the snapshot before the change failed: {error.Message}", error.Hint)),
        { Phase: var phase } => phase == SnapshotPhase.Succeeded,
    };

    public async Task<string> ArchiveAsync(string snapshot, CancellationToken ct)
    {
        var found = await client.FindAsync(ChatOpsKinds.Snapshots, target.Namespace, snapshot, ct);
        return found?.Status.Archive?.Name
            ?? throw new FaultException(new("NoSnapshot", $"snapshot {snapshot} is gone; the data cannot be brought back from it"));
    }

    /// <summary>The Restores that a change has asked for.</summary>
    public static IEnumerable<string> RestoresOf(Change change) =>
        from step in new[] { StepNames.Restore, StepNames.Back(StepNames.Restore) }
        where change.Status.Step(step) is not null
        select RestoreName(change, step);

    private static string RestoreName(Change change, string step) => $"{change.Spec.Target}-{step}-{change.Spec.Number}";

    /// <summary>Puts an archive back while the workload is stopped and waits for it; anything but success is a fault.</summary>
    public async Task RestoreAsync(Change change, string step, string archive, CancellationToken ct)
    {
        var name = RestoreName(change, step);
        await EnsureAsync(ChatOpsKinds.Restores, name, new JsonObject
        {
            ["target"] = target.Name,
            ["archive"] = archive,
            ["requestedBy"] = $"change:{change.Spec.Number}",
        }, ct);
        // Patiently: until it is over its Job may replace data, and whoever gave up here would start the application beside it.
        var done = await client.WaitForAsync(
            ChatOpsKinds.Restores, target.Namespace, name, r => r is null || r.Status.IsFinal, time, ct, patient: true);
        if (done?.Status.Phase == RestorePhase.Succeeded) return;
        var error = done?.Status.Error ?? new ResourceFault("RestoreGone", $"restore {name} was deleted before it was done");
        throw new FaultException(new(error.Reason, $"the data could not be brought back: {error.Message}", error.Hint));
    }

    private async Task EnsureAsync<T>(ResourceKind<T> kind, string name, JsonObject spec, CancellationToken ct)
        where T : IResource
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = target.Namespace,
                ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = target.Name },
                ["annotations"] = new JsonObject().WithTrace(),
            },
            ["spec"] = spec,
        };
        try
        {
            await client.CreateAsync(kind, target.Namespace, body, ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // Asked for before the bot was started anew.
        }
    }

    private static string Doing(SnapshotStatus status) => status switch
    {
        { Phase: SnapshotPhase.Pending } => "waiting for the sidecar",
        { Phase: SnapshotPhase.Verifying } => "checking the copy",
        { Progress: { BytesTotal: > 0 } p } => $"{p.Step}, {new ByteSize(p.BytesDone)} of {new ByteSize(p.BytesTotal)}",
        { Progress: { } p } => p.Step,
        _ => "started",
    };
}
