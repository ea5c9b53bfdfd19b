using System.Globalization;
using System.Text.Json;
using ChatOps.Retention;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>A prune in words: one line for each snapshot, kept or not and why, and one for how it ended.</summary>
internal sealed class PruneText(IReport report, PrunePlan plan)
{
    public void Table()
    {
        foreach (var verdict in plan.Retention.Verdicts)
            Line(verdict);
        foreach (var name in plan.Orphans)
            Line("orphan", name, "an archive without its manifest, older than a day: nobody can use it");
        foreach (var (name, why) in plan.LeftAlone)
            Line("unknown", name, $"{why}, so it is left alone");
        if (plan.Retention.Replacement is { } replacement)
            Held(replacement);
        if (plan.Retention.Loss is { } loss)
            Held(loss);
    }

    public void DryRun()
    {
        var gone = plan.Retention.Removed.Count();
        report.Done($"{Would(gone)}; nothing was changed", json =>
        {
            json.WriteBoolean("dryRun", true);
            json.WriteNumber("remove", gone);
            json.WriteNumber("orphans", plan.Orphans.Count);
        });
    }

    public void Done(PruneOutcome outcome)
    {
        foreach (var (name, why) in outcome.Stayed)
            Line("stayed", name, why.ToString());
        var stay = plan.Retention.Verdicts.Count - outcome.Removed.Count;
        report.Done($"removed {Count(outcome.Removed.Count, outcome.OrphansRemoved.Count)}; {Snapshots(stay)} left", json =>
        {
            Names(json, "removed", outcome.Removed);
            Names(json, "orphansRemoved", outcome.OrphansRemoved);
            json.WriteNumber("left", stay);
        });
    }

    private void Line(RetentionVerdict verdict)
    {
        var (snapshot, what) = (verdict.Snapshot, verdict.Keep ? "keep" : "remove");
        var cut = snapshot.CutAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var size = new ByteSize(plan.Manifests[snapshot.Name].BytesOut);
        report.Done($"{what,-7} {snapshot.Name,-48} {cut}  {size,8}  {string.Join(", ", verdict.Reasons)}".TrimEnd(), json =>
        {
            json.WriteString("verdict", what);
            json.WriteString("name", snapshot.Name);
            json.WriteString("cutAt", snapshot.CutAt);
            json.WriteBoolean("verified", snapshot.Verified);
            Names(json, "reasons", verdict.Reasons);
        });
    }

    private void Line(string what, string name, string why) => report.Done($"{what,-7} {name,-48} {why}", json =>
    {
        json.WriteString("verdict", what);
        json.WriteString("name", name);
        json.WriteString("reason", why);
    });

    private void Held(DatabaseReplacement replacement)
    {
        var fingerprint = replacement.Databases[0].Fingerprint;
        var held = plan.Retention.Verdicts.Count(verdict => verdict.Reasons.Contains(RetentionPlan.Held));
        report.Done(
            $"WARNING: {string.Join(", ", replacement.Databases.Select(d => d.Path))} is another database since {replacement.At.Name}: "
                + $"the application was reset or set up anew. {Snapshots(held)} older than that will be kept until you give "
                + $"--accept-fingerprint {fingerprint}",
            json =>
            {
                json.WriteString("verdict", "replaced");
                json.WriteString("name", replacement.At.Name);
                json.WriteString("fingerprint", fingerprint);
                json.WriteNumber("held", held);
            });
    }

    private void Held(DataLoss loss)
    {
        var held = plan.Retention.Verdicts.Count(verdict => verdict.Reasons.Contains(RetentionPlan.HeldForLoss));
        report.Done(
            $"WARNING: {loss.What} since {loss.At.Name}. {Snapshots(held)} older than that will be kept until you give "
                + $"--accept-snapshot {loss.At.Name}",
            json =>
            {
                json.WriteString("verdict", "lost");
                json.WriteString("name", loss.At.Name);
                json.WriteString("what", loss.What);
                json.WriteNumber("held", held);
            });
    }

    private string Would(int gone) =>
        $"{Count(gone, plan.Orphans.Count)} would be removed, {Snapshots(plan.Retention.Verdicts.Count - gone)} kept";

    private static string Count(int snapshots, int orphans) => orphans == 0
        ? Snapshots(snapshots)
        : $"{Snapshots(snapshots)} and {Counted.Of(orphans, "archive")} without manifest";

    private static string Snapshots(int count) => Counted.Of(count, "snapshot");

    private static void Names(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
