using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Retention;
using ChatOps.Values;

namespace ChatOps.Bot.Schedules;

/// <summary>Shows what rules would keep and remove, before anybody uses them; pure.</summary>
internal static class RetentionCards
{
    private const int MostShown = 4;

    private const string Asks = "Counted from the snapshots the cluster knows; the sidecar decides anew on what its store holds.";

    /// <param name="use">The command that writes the rules.</param>
    public static Card Preview(string target, RetentionRules rules, RetentionPlan plan, string use)
    {
        var (kept, gone) = (plan.Verdicts.Where(v => v.Keep).ToList(), plan.Removed.ToList());
        List<string> lines = [rules.IsEmpty ? "Nothing is removed any more." : Verdict(kept.Count, gone.Count)];
        lines.AddRange(Some(gone, s => $"✘ {Moment(s)}"));
        if (plan.Replacement is { } replacement)
            lines.Add($"⚠ The database was replaced: what is older stays until somebody says {Accept(target, replacement)}");
        if (plan.Loss is { } loss)
            lines.Add($"⚠ {loss.What}: what is older stays until somebody says {Accept(target, loss)}");
        return new Card(CardState.Waiting, rules.IsEmpty ? $"Keep every snapshot of {target}?" : $"Snapshots of {target}: {rules}?")
        {
            Lines = lines,
            Fields = [.. kept.Take(MostShown).Select(v => new CardField($"✔ {Moment(v.Snapshot)}", string.Join(", ", v.Reasons))),
                .. More(kept.Count)],
            Buttons = [new Button(use, "Use these rules", gone.Count > 0 ? ButtonStyle.Danger : ButtonStyle.Primary)],
            Footer = Asks,
        };
    }

    public static Card Used(SnapshotSchedule schedule) =>
        new(CardState.Succeeded, $"Snapshots of {schedule.Spec.Target}: {Rules(schedule)}")
        {
            Lines =
        [
            schedule.Spec.Retention is { IsEmpty: false }
                ? "Older ones go after the next scheduled snapshot that is verified."
                : "Nothing is removed.",
        ],
            Footer = $"schedule {schedule.Metadata.Name}",
        };

    /// <param name="what">A fingerprint, or the name of the first archive since data is gone.</param>
    public static Card Accepted(string target, string what) => new(CardState.Succeeded, $"What {target} holds now is accepted")
    {
        Lines = ["Older snapshots are kept or removed by the rules like all others, after the next scheduled one."],
        Footer = what,
    };

    public static string Rules(SnapshotSchedule schedule) =>
        schedule.Spec.Retention is { } rules ? rules.ToString() : new RetentionRules().ToString();

    public static string Accept(string target, DatabaseReplacement replacement) =>
        $"/schedule accept {target} {replacement.Databases[0].Fingerprint}";

    public static string Accept(string target, DataLoss loss) => $"/schedule accept {target} {loss.At.Name}";

    private static string Verdict(int kept, int gone) => gone == 0
        ? $"None would be removed now; all {Counted.Of(kept, "snapshot")} would stay."
        : $"{Counted.Of(gone, "snapshot")} would be removed now, {kept} would stay.";

    private static IEnumerable<string> Some(List<RetentionCandidate> all, Func<RetentionCandidate, string> line)
    {
        var most = all.Count > MostShown ? MostShown - 1 : MostShown;
        return all.Take(most).Select(line).Concat(all.Count > most ? [$"✘ and {all.Count - most} older"] : []);
    }

    private static IEnumerable<CardField> More(int count) =>
        count > MostShown ? [new CardField("✔ and", $"{count - MostShown} older")] : [];

    private static string Moment(RetentionCandidate snapshot) =>
        snapshot.CutAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
