using ChatOps.Resources;
using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Stores;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Prunes a target after a snapshot of it was made and checked, by the rules that came with the request. Never fails that snapshot: what
/// stood in the way is a warning on it. What was removed is noted at once, so that it is known even if this process dies the next instant.
/// </summary>
internal sealed class ResourcePruning(IArchiveStore store, TimeProvider time)
{
    /// <returns>What a person should know of it; nothing when all went as the rules say, or there are none.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(
        Snapshot snapshot, Manifest taken, StatusReport report, CancellationToken cancellation)
    {
        if (snapshot.Spec.Retention is not { IsEmpty: false } rules)
            return [];
        if (snapshot.Spec.Verify == false || !taken.IsVerified)
            return ["older snapshots were not removed: this one is not verified"];
        try
        {
            return await PruneAsync(snapshot, rules, taken, report, cancellation);
        }
        catch (OperationCanceledException)
        {
            return ["older snapshots were not all removed: the sidecar was stopped"];
        }
        catch (Exception failure)
        {
            return [$"older snapshots were not removed: {Faults.Of(failure)}"];
        }
    }

    private async Task<IReadOnlyList<string>> PruneAsync(
        Snapshot snapshot, RetentionRules rules, Manifest taken, StatusReport report, CancellationToken cancellation)
    {
        using var span = Spans.Part("prune");
        report.Note(new(RunStep.Prune, 0, 0, 0));
        var protect = (snapshot.Spec.Protect ?? []).Append(taken.Name).Distinct().ToDictionary(name => name, _ => "named by the request");
        var run = new PruneRun(store, time);
        var plan = await run.PlanAsync(new(taken.Target, rules, protect), cancellation);
        var outcome = await run.RemoveAsync(plan, cancellation, report.NotePruned);
        return
        [
            .. outcome.Stayed.Take(3).Select(stayed => stayed.Why.Message),
            .. plan.LeftAlone.Take(3).Select(left => $"{left.Name}: {left.Why}, so it is left alone"),
            .. Held(plan.Retention),
        ];
    }

    private static IEnumerable<string> Held(RetentionPlan plan)
    {
        int Count(string reason) => plan.Verdicts.Count(verdict => verdict.Reasons.Contains(reason));
        if (plan.Replacement is { } replacement)
            yield return $"{Counted.Of(Count(RetentionPlan.Held), "older snapshot")} kept: "
                + $"the database was replaced, and nobody has accepted {replacement.Databases[0].Fingerprint}";
        if (plan.Loss is { } loss)
            yield return $"{Counted.Of(Count(RetentionPlan.HeldForLoss), "older snapshot")} kept: {loss.What}, and nobody has accepted "
                + loss.At.Name;
    }
}
