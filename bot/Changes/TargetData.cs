using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Asks for the snapshots and restores a change needs, under names derived from the change: asking again finds the first one.</summary>
internal sealed class TargetData(IKubernetesClient client, Target target, TimeProvider time)
{
    public static string PreChangeName(Change change) => $"{change.Spec.Target}-before-{change.Spec.Number}";

    /// <summary>Takes the snapshot before a change and waits for it; anything but success is a fault.</summary>
    public async Task SnapshotAsync(Change change, DateTimeOffset since, Func<string, Task> say, CancellationToken ct)
    {
        var name = PreChangeName(change);
        await EnsureAsync(ChatOpsKinds.Snapshots, name, new JsonObject
        {
            ["target"] = target.Name,
            ["reason"] = "pre-change",
            ["requestedBy"] = $"change:{change.Spec.Number}",
        }, ct);
        var within = target.Home!.SnapshotWithin;
        var rest = within - (time.GetUtcNow() - since);
        using var deadline = new CancellationTokenSource(rest > TimeSpan.Zero ? rest : TimeSpan.FromSeconds(1), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await foreach (var snapshot in client.FollowObjectAsync(ChatOpsKinds.Snapshots, target.Namespace, name, time, both.Token))
            {
                if (snapshot is null) throw new FaultException(new("SnapshotGone", $"snapshot {name} was deleted before it was done"));
                if (snapshot.Status.FailedChecks is [var failed, ..])
                    throw new FaultException(new("CheckFailed", $"the snapshot before the change cannot be relied on: {failed}", "Look at the database before changing anything"));
                if (snapshot.Status.Phase == SnapshotPhase.Succeeded) return;
                if (snapshot.Status is { Phase: SnapshotPhase.Failed, Error: { } error })
                    throw new FaultException(new(error.Reason, $"the snapshot before the change failed: {error.Message}", error.Hint));
                await say(Doing(snapshot.Status));
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new FaultException(new("SnapshotLate", $"the snapshot before the change was not done within {Phrases.Duration(within)}",
                $"Is the sidecar running? kubectl -n {target.Namespace} get snapshots,pods"));
        }
    }

    public async Task<string> ArchiveAsync(string snapshot, CancellationToken ct)
    {
        var found = await client.FindAsync(ChatOpsKinds.Snapshots, target.Namespace, snapshot, ct);
        return found?.Status.Archive?.Name ?? throw new FaultException(new("NoSnapshot", $"snapshot {snapshot} is gone; the data cannot be brought back from it"));
    }

    /// <summary>Puts an archive back while the workload is stopped and waits for it; anything but success is a fault.</summary>
    public async Task RestoreAsync(Change change, string step, string archive, CancellationToken ct)
    {
        var name = $"{target.Name}-{step}-{change.Spec.Number}";
        await EnsureAsync(ChatOpsKinds.Restores, name, new JsonObject
        {
            ["target"] = target.Name,
            ["archive"] = archive,
            ["requestedBy"] = $"change:{change.Spec.Number}",
        }, ct);
        var done = await client.WaitForAsync(ChatOpsKinds.Restores, target.Namespace, name, r => r is null || r.Status.IsFinal, time, ct);
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
