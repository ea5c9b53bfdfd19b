using System.Text.Json.Nodes;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Leadership;

/// <summary>
/// Lets one bot act and the others stand by. A Lease is taken when it is free, when it was this bot's own, or when it has not moved for its
/// whole duration as measured here: clocks of different machines are never compared. Two that reach for it at once meet in the
/// resourceVersion, and one of them wins.
/// </summary>
/// <remarks>Kubernetes documentation, "Leases", leader election; coordination.k8s.io/v1.</remarks>
internal sealed class LeaderElection(
    IKubernetesClient client, ChangeBoard board, BotSettings settings, Leader leader, string self,
    TimeProvider time, ILogger<LeaderElection> log)
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);

    private LeaseSettings Terms => settings.Lease;

    /// <summary>Returns once this bot leads.</summary>
    /// <param name="reached">Called when the API server has said who leads.</param>
    public async Task<LeaderTerm> WinAsync(Func<Task> reached, CancellationToken ct)
    {
        var seen = await LookAsync(ct);
        var since = time.GetTimestamp();
        await reached();
        if ((seen is null || IsFree(seen)) && await TryTakeAsync(seen, ct) is { } atOnce) return atOnce;

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var states = client.FollowObjectAsync(Kinds.Leases, board.Namespace, LeaseSettings.Name, time, watching.Token, patient: true)
            .GetAsyncEnumerator(watching.Token);
        var next = states.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (seen is not null && !IsFree(seen)) StandBy(seen);
                var newest = seen;
                if (await IsUnmovedAsync(seen, since, next, ct))
                {
                    if (await TryTakeAsync(seen, ct) is { } term) return term;
                    // Refused: a watch that has gone deaf would never tell what has moved.
                    newest = await LookAsync(ct);
                }
                else
                {
                    await next;
                    newest = states.Current;
                    next = states.MoveNextAsync().AsTask();
                }
                // The first thing a watch tells may be what is known already, and no sign of life.
                if (newest?.Metadata.ResourceVersion != seen?.Metadata.ResourceVersion) since = time.GetTimestamp();
                seen = newest;
            }
        }
        finally
        {
            await watching.CancelAsync();
            await next.Settled();
            await states.DisposeAsync();
        }
    }

    private async Task<Lease?> LookAsync(CancellationToken ct)
    {
        string? told = null;
        while (true)
        {
            try
            {
                return await client.FindAsync(Kinds.Leases, board.Namespace, LeaseSettings.Name, ct);
            }
            catch (ApiException e)
            {
                if (told != e.Message) log.LogWarning("who leads is not known: {Cause}; trying again", told = e.Message);
                await Task.Delay(AfterTrouble, time, ct);
            }
        }
    }

    /// <summary>Whether the Lease may be taken now; waits until that is so or a newer state of it is there.</summary>
    private async Task<bool> IsUnmovedAsync(Lease? seen, long since, Task next, CancellationToken ct)
    {
        if (seen is not null && !IsFree(seen))
        {
            // What its holder promised counts, not what this bot would have promised.
            var duration = TimeSpan.FromSeconds(seen.Spec.LeaseDurationSeconds ?? Terms.Duration.TotalSeconds);
            var rest = duration - time.GetElapsedTime(since);
            if (rest > TimeSpan.Zero) await next.WaitAsync(rest, time, ct).Settled();
            ct.ThrowIfCancellationRequested();
        }
        return !next.IsCompleted;
    }

    private bool IsFree(Lease lease) => lease.Spec.HolderIdentity is not { Length: > 0 } holder || holder == self;

    /// <summary>Null when somebody else was quicker, or the API server does not answer: the watch tells what is next.</summary>
    private async Task<LeaderTerm?> TryTakeAsync(Lease? seen, CancellationToken ct)
    {
        var asked = time.GetTimestamp();
        var now = time.GetUtcNow();
        var anew = seen?.Spec.HolderIdentity != self;
        var spec = LeaderTerm.Renewal(self, Terms, now);
        if (anew)
        {
            spec["acquireTime"] = LeaderTerm.MicroTime(now);
            spec["leaseTransitions"] = (seen?.Spec.LeaseTransitions ?? -1) + 1;
        }
        try
        {
            var taken = seen is null
                ? await client.CreateAsync(
                    Kinds.Leases, board.Namespace,
                    new JsonObject { ["metadata"] = new JsonObject { ["name"] = LeaseSettings.Name }, ["spec"] = spec }, ct)
                : await client.PatchAsync(Kinds.Leases, board.Namespace, LeaseSettings.Name, LeaderTerm.On(seen, spec), ct);
            log.LogInformation(
                "{Self} leads{After}", self, seen?.Spec.HolderIdentity is { Length: > 0 } last && anew ? $"; {last} gave no sign" : "");
            leader.Win();
            return new LeaderTerm(client, board.Namespace, taken, self, asked, Terms, leader, time, log);
        }
        catch (ApiException e)
        {
            if (!e.IsConflict && !e.AlreadyExists && !e.IsNotFound) log.LogWarning("take the lease: {Cause}; trying again", e.Message);
            await Task.Delay(AfterTrouble, time, ct);
            return null;
        }
    }

    private void StandBy(Lease lease)
    {
        var holder = lease.Spec.HolderIdentity!;
        if (leader.Other != holder) log.LogInformation("{Self} stands by; {Holder} leads", self, holder);
        leader.StandBy(holder);
    }
}
