using System.Globalization;

namespace ChatOps.Retention;

/// <summary>
/// What stays and what goes, and why: decided from the snapshots of one target and the rules alone, so the same list gives the same plan
/// whenever it is asked for, and carrying it out leaves a list of which nothing more goes. Never removes the newest, the newest verified
/// one, one that is protected, or any older than a replacement of the database or a loss of data that nobody has accepted.
/// </summary>
/// <remarks>
/// As in restic and borg the newest of each period is kept, and while a rule has fewer periods than it may keep, the oldest snapshot too,
/// so that it can grow into a yearly one. Of a period the newest verified one counts; one with a failed check only where there is no other.
/// </remarks>
public sealed class RetentionPlan
{
    public const string Held = "the database was replaced after it: kept until somebody says so";
    public const string HeldForLoss = "data is gone since: kept until somebody says so";
    public const string Misdated = "dated later than now: no rule counts it until then";

    /// <summary>Clocks differ by a little.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private readonly List<RetentionCandidate> _all, _newestFirst;
    private readonly Dictionary<string, List<string>> _reasons;
    private readonly TimeZoneInfo _zone;

    private RetentionPlan(IEnumerable<RetentionCandidate> snapshots, RetentionRules rules, DateTimeOffset? now)
    {
        _all = [.. snapshots.OrderByDescending(s => s.CutAt).ThenByDescending(s => s.Name, StringComparer.Ordinal)];
        _newestFirst = [.. _all.Where(s => now is null || s.CutAt <= now + Skew)];
        _reasons = _all.ToDictionary(s => s.Name, _ => new List<string>(), StringComparer.Ordinal);
        _zone = TimeZoneInfo.FindSystemTimeZoneById(rules.ZoneName);
        Replacement = DatabaseReplacement.Newest(_newestFirst) is { } found && !found.IsAccepted(rules.AcceptedFingerprint) ? found : null;
        Loss = DataLoss.Find(_newestFirst, rules.AcceptedSnapshot);
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RetentionVerdict> Verdicts => [.. _all.Select(s => new RetentionVerdict(s, _reasons[s.Name]))];

    /// <summary>The newest replacement of a database that nobody has accepted yet; null when there is none.</summary>
    public DatabaseReplacement? Replacement { get; }

    /// <summary>What the newest snapshots lack and those before had, which nobody has accepted yet; null when nothing is gone.</summary>
    public DataLoss? Loss { get; }

    public IEnumerable<RetentionCandidate> Removed => _all.Where(s => _reasons[s.Name].Count == 0);

    /// <param name="rules">Ones that <see cref="RetentionRules.Check"/> has nothing against.</param>
    /// <param name="now">What is dated later moves nothing, and stays; null where that cannot be.</param>
    public static RetentionPlan Make(IEnumerable<RetentionCandidate> snapshots, RetentionRules rules, DateTimeOffset? now = null)
    {
        if (rules.Check() is { } fault) throw new Values.FaultException(fault);
        var plan = new RetentionPlan(snapshots, rules, now);
        if (rules.IsEmpty)
        {
            foreach (var snapshot in plan._all) plan.Keep(snapshot, "no rules");
            return plan;
        }
        plan.ByRules(rules);
        plan.ByNeed();
        return plan;
    }

    private void ByRules(RetentionRules rules)
    {
        foreach (var snapshot in _newestFirst.Take(rules.KeepLast ?? 0)) Keep(snapshot, $"last {rules.KeepLast}");
        ByPeriod("hourly", rules.KeepHourly, at => $"{at:yyyy-MM-dd HH}:00");
        ByPeriod("daily", rules.KeepDaily, at => $"{at:yyyy-MM-dd}");
        ByPeriod("weekly", rules.KeepWeekly, at => $"{ISOWeek.GetYear(at.DateTime):0000}-W{ISOWeek.GetWeekOfYear(at.DateTime):00}");
        ByPeriod("monthly", rules.KeepMonthly, at => $"{at:yyyy-MM}");
        ByPeriod("yearly", rules.KeepYearly, at => $"{at:yyyy}");
        if (string.IsNullOrEmpty(rules.KeepWithin) || _newestFirst.Count == 0) return;
        var since = RetentionSpan.Parse(rules.KeepWithin).Value.Before(_newestFirst[0].CutAt);
        foreach (var snapshot in _newestFirst.Where(s => s.CutAt > since)) Keep(snapshot, $"within {rules.KeepWithin}");
    }

    private void ByPeriod(string rule, int? number, Func<DateTimeOffset, FormattableString> nameOf)
    {
        if (number is not > 0) return;
        var periods = _newestFirst.GroupBy(s => FormattableString.Invariant(nameOf(LocalOf(s)))).OrderByDescending(p => p.First().CutAt)
            .ToList();
        foreach (var period in periods.Take(number.Value))
            Keep(period.FirstOrDefault(s => s.Verified) ?? period.First(), $"{rule} {period.Key}");
        var oldest = _newestFirst.LastOrDefault(s => s.Verified) ?? _newestFirst.LastOrDefault();
        if (periods.Count < number && oldest is not null && _reasons[oldest.Name].All(r => !r.StartsWith(rule, StringComparison.Ordinal)))
            Keep(oldest, $"{rule}, the oldest");
    }

    private void ByNeed()
    {
        if (_newestFirst is [var newest, ..]) Keep(newest, "newest");
        if (_newestFirst.FirstOrDefault(s => s.Verified) is { } verified) Keep(verified, "newest verified");
        foreach (var snapshot in _all.Where(s => s.Protected is not null)) Keep(snapshot, snapshot.Protected!);
        foreach (var snapshot in _all.Except(_newestFirst)) Keep(snapshot, Misdated);
        // Without the first that shows it, the next look would not see that anything was replaced or lost.
        if (Replacement is not null) Hold(Replacement.At, "the first of a new database", Held);
        if (Loss is not null) Hold(Loss.At, "the first since data is gone", HeldForLoss);
    }

    private void Hold(RetentionCandidate first, string why, string before)
    {
        Keep(first, why);
        foreach (var snapshot in _newestFirst.SkipWhile(s => s.Name != first.Name).Skip(1)) Keep(snapshot, before);
    }

    private DateTimeOffset LocalOf(RetentionCandidate snapshot) => TimeZoneInfo.ConvertTime(snapshot.CutAt, _zone);

    private void Keep(RetentionCandidate snapshot, string reason) => _reasons[snapshot.Name].Add(reason);
}
