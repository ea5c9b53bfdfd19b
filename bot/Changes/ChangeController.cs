using System.Collections.Concurrent;
using System.Diagnostics;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Carries every Change to its end from what its status says, so a new process goes on where the last one was killed. Changes of one
/// target run one after the other, in the order of their numbers.
/// </summary>
internal sealed class ChangeController(
    IKubernetesClient client, BotSettings settings, ChangeBoard board, StrategyCatalog strategies, Planner planner, ChangeEvents events,
    TimeProvider time, ILogger<ChangeController> log)
{
    private readonly ConcurrentDictionary<string, Task> _runs = new();
    private readonly ConcurrentDictionary<string, byte> _expiring = new();

    /// <summary>Called by the board's watcher for every change seen; returns at once.</summary>
    public void Observe(Change change, CancellationToken ct)
    {
        switch (change.Status.Phase)
        {
            case ChangePhase.AwaitingApproval when change.Spec.Approvals.Required == 0:
                Alone(change, WriteAsync(change, s => s.Admit(), ct));
                break;
            case ChangePhase.AwaitingApproval
                when change.Spec.Approvals.ExpiresAt is { } expires && _expiring.TryAdd(change.Metadata.Name, 0):
                Alone(change, ExpireAsync(change.Metadata.Name, expires, ct));
                break;
            case not ChangePhase.AwaitingApproval:
                // It may run now; or it is over, on the board too, and the next one may.
                Advance(change.Spec.Target, ct);
                break;
        }
    }

    private void Alone(Change change, Task work) => work.OrTell(e => log.LogError(e, "change {Name}", change.Metadata.Name));

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
        var again = false;
        try
        {
            // The board may lag behind what the last run wrote.
            var change = await client.GetAsync(ChatOpsKinds.Changes, board.Namespace, seen.Metadata.Name, ct);
            if (change.Status.IsFinal) return;
            var ledger = new ChangeLedger(client, change, time, log, moved => events.Tell(moved, ct));
            if (!settings.Targets.TryGetValue(target, out var declared))
            {
                var fault = new ResourceFault(
                    "UndeclaredTarget", $"{target} is no longer declared in chatops.yaml", "Declare it again, or delete the change");
                await ledger.UpdateAsync(s => s.Fail(fault, ledger.Now), ct);
                return;
            }
            using var span = Traced(change);
            await new ChangeRun(client, declared, strategies.For(declared), planner, ledger, time, log).RunAsync(ct);
            Spans.End(span, ledger.Status.Phase.ToString().ToLowerInvariant(), failed: ledger.Status.Phase != ChangePhase.Succeeded);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The next process goes on from the status.
        }
        catch (ApiException e)
        {
            log.LogWarning("change {Name}: {Cause}; it goes on in ten seconds", seen.Metadata.Name, e.Message);
            again = true;
            await RestAsync(ct);
        }
        catch (Exception e)
        {
            log.LogError(e, "change {Name} stopped by a fault of ours; it goes on in ten seconds", seen.Metadata.Name);
            again = true;
            await RestAsync(ct);
        }
        finally
        {
            lock (_runs) _runs.TryRemove(target, out _);
            // A board that does not know yet that this one is over would only name it again, and again; its event comes to Observe.
            if (!ct.IsCancellationRequested && (again || IsOver(seen))) Advance(target, ct);
        }
    }

    /// <summary>The whole run, as a part of the request that asked for the change.</summary>
    private static Activity Traced(Change change)
    {
        var asked = change.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation);
        return Spans.Begin($"change {change.Spec.Action}", ActivityKind.Consumer, asked, TraceAnnotation.TraceOf(change))
            .SetTag("chatops.target", change.Spec.Target).SetTag("chatops.change", change.Spec.Number);
    }

    private bool IsOver(Change seen) => board.Informer.Find(seen.Metadata.Namespace, seen.Metadata.Name) is not { Status.IsFinal: false };

    private async Task RestAsync(CancellationToken ct) => await Task.Delay(TimeSpan.FromSeconds(10), time, ct).Settled();

    private async Task ExpireAsync(string name, DateTimeOffset expires, CancellationToken ct)
    {
        try
        {
            var rest = expires - time.GetUtcNow();
            if (rest > TimeSpan.Zero) await Task.Delay(rest, time, ct);
            while (!await ExpiredAsync(name, ct)) await Task.Delay(TimeSpan.FromSeconds(2), time, ct);
        }
        finally
        {
            _expiring.TryRemove(name, out _);
        }
    }

    private async Task<bool> ExpiredAsync(string name, CancellationToken ct)
    {
        try
        {
            var change = await client.FindAsync(ChatOpsKinds.Changes, board.Namespace, name, ct);
            if (change is { Status.Phase: ChangePhase.AwaitingApproval })
                await client.WriteStatusAsync(change, change.Status.Expire(time.GetUtcNow()), ct);
            return true;
        }
        catch (ApiException e)
        {
            log.LogWarning("expire {Name}: {Cause}; trying again", name, e.Message);
            return false;
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
