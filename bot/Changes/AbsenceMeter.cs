using ChatOps.Bot.Changes.Strategies;

namespace ChatOps.Bot.Changes;

/// <summary>Measures the time in which nobody was served, and keeps it on the Change.</summary>
internal sealed class AbsenceMeter(ChangeLedger ledger)
{
    /// <summary>News this late are not late: what the cluster knows is no finer, and its clock may be another.</summary>
    private static readonly TimeSpan LateNews = TimeSpan.FromSeconds(1);

    public async Task TrackAsync(Rollout rollout, CancellationToken ct)
    {
        if (rollout.ReadyPods == 0 && ledger.Status.AwaySince is null && ledger.Change.Spec.Plan.Replicas > 0)
        {
            await ledger.UpdateAsync(s => s.GoAway(rollout.SeenAt), ct);
        }
        else if (rollout.ReadyPods > 0 && ledger.Status.AwaySince is { } since)
        {
            // It may have come back while no bot looked, or no news came through: then the cluster knows better when, to the second begun.
            var back = rollout.ReadySince?.AddSeconds(1) is { } ready && ready > since && ready < rollout.SeenAt - LateNews
                ? ready
                : rollout.SeenAt;
            await ledger.UpdateAsync(s => s.ComeBack(back), ct);
        }
    }
}
