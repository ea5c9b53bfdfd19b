using System.Collections.Concurrent;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Carries every Change to its end from what its status says, so a new process goes on where the last one was killed. Changes of one
/// target run one after the other, in the order of their numbers.
/// </summary>
internal sealed class ChangeController(
    IKubernetesClient client, BotSettings settings, ChangeBoard board, StrategyCatalog strategies, Planner planner, TimeProvider time,
    ILogger<ChangeController> log)
{
    private readonly ConcurrentDictionary<string, Task> _runs = new();
    private readonly ConcurrentDictionary<string, byte> _expiring = new();

    /// <summary>Called by the board's watcher for every change seen; returns at once.</summary>
    public void Observe(Change change, CancellationToken ct)
    {
        switch (change.Status.Phase)
        {
            case ChangePhase.AwaitingApproval when change.Spec.Approvals.Required == 0:
                _ = WriteAsync(change, s => s.Admit(), ct);
                break;
            case ChangePhase.AwaitingApproval when change.Spec.Approvals.ExpiresAt is { } expires && _expiring.TryAdd(change.Metadata.Name, 0):
                _ = ExpireAsync(change.Metadata.Name, expires, ct);
                break;
            case ChangePhase.Approved or ChangePhase.Running:
                Advance(change.Spec.Target, ct);
                break;
        }
    }

    /// <summary>Starts the next change of a target unless one is at work.</summary>
    private void Advance(string target, CancellationToken ct)
    {
        lock (_runs)
        {
            if (_runs.ContainsKey(target)) return;
            var next = board.Of(target).Where(c => c.Status.Phase is ChangePhase.Approved or ChangePhase.Running)
                .OrderByDescending(c => c.Status.Phase).ThenBy(c => c.Spec.Number).FirstOrDefault();
            if (next is null) return;
            _runs[target] = Task.Run(() => RunAsync(next, ct), ct);
        }
    }

    private async Task RunAsync(Change seen, CancellationToken ct)
    {
        var target = seen.Spec.Target;
        try
        {
            // The board may lag behind what the last run wrote.
            var change = await client.GetAsync(ChatOpsKinds.Changes, board.Namespace, seen.Metadata.Name, ct);
            if (change.Status.IsFinal) return;
            var ledger = new ChangeLedger(client, change, time, log);
            if (!settings.Targets.TryGetValue(target, out var declared))
            {
                var fault = new ResourceFault("UndeclaredTarget", $"{target} is no longer declared in chatops.yaml", "Declare it again, or delete the change");
                await ledger.UpdateAsync(s => s.Fail(fault, ledger.Now), ct);
                return;
            }
            await new ChangeRun(client, declared, strategies.For(declared), planner, ledger, time, log).RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The next process goes on from the status.
        }
        catch (Exception e)
        {
            log.LogError(e, "change {Name} stopped by a fault of ours; it goes on in ten seconds", seen.Metadata.Name);
            await Task.Delay(TimeSpan.FromSeconds(10), time, ct).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        finally
        {
            lock (_runs) _runs.TryRemove(target, out _);
            if (!ct.IsCancellationRequested) Advance(target, ct);
        }
    }

    private async Task ExpireAsync(string name, DateTimeOffset expires, CancellationToken ct)
    {
        var rest = expires - time.GetUtcNow();
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, ct);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var change = await client.FindAsync(ChatOpsKinds.Changes, board.Namespace, name, ct);
                if (change is { Status.Phase: ChangePhase.AwaitingApproval }) await client.WriteStatusAsync(change, change.Status.Expire(time.GetUtcNow()), ct);
                return;
            }
            catch (ApiException e)
            {
                log.LogWarning("expire {Name}: {Cause}; trying again", name, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(2), time, ct);
            }
        }
    }

    private async Task WriteAsync(Change change, Func<ChangeStatus, ChangeStatus> verb, CancellationToken ct)
    {
        try
        {
            await client.WriteStatusAsync(change, verb(change.Status), ct);
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // Already moved; its newer state is on the way here.
        }
        catch (ApiException e)
        {
            log.LogWarning("admit {Name}: {Cause}; trying again", change.Metadata.Name, e.Message);
            await Task.Delay(TimeSpan.FromSeconds(2), time, ct);
            await WriteAsync(change, verb, ct);
        }
    }
}
