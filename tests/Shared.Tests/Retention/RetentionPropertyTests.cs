using ChatOps.Retention;
using ChatOps.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace ChatOps.Shared.Tests.Retention;

/// <summary>What must hold of every list of snapshots and all rules.</summary>
public sealed class RetentionPropertyTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly string?[] Spans = [null, null, null, null, null, null, "5h", "3d", "2w", "1m", "1y2m3d"];
    private static readonly string?[] Marks = [null, null, "a", "a", "b", "c"];

    private static readonly Gen<RetentionCandidate[]> Snapshots =
        from length in Gen.Choose(0, 25)
        from span in Gen.Elements(20, 100, 1000, 20_000)
        from hours in Gen.Choose(0, span).ListOf(length)
        from marks in Gen.Elements(Marks).ListOf(hours.Count)
        from luck in Gen.Choose(0, 19).ListOf(hours.Count)
        select hours.Select((h, i) => new RetentionCandidate($"s{i}", Start.AddHours(-h), luck[i] > 6)
        {
            Protected = luck[i] == 19 ? "way back" : null,
            // Half of the lists have no database; the others show one or more replacements.
            Databases = hours.Count % 2 > 0 || marks[i] is not { } mark ? [] : [new("db", mark)],
        }).ToArray();

    private static readonly Gen<RetentionRules> Rules =
        from n in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 6))).ListOf(6)
        from span in Gen.Elements(Spans)
        from accepted in Gen.Elements(Marks)
        select new RetentionRules
        {
            KeepLast = n[0],
            KeepHourly = n[1],
            KeepDaily = n[2],
            KeepWeekly = n[3],
            KeepMonthly = n[4],
            KeepYearly = n[5],
            KeepWithin = span,
            AcceptedFingerprint = accepted,
        };

    [Fact]
    public void Something_always_stays_and_with_it_the_newest_good_one_and_every_way_back() => ForAll((snapshots, rules) =>
    {
        var kept = RetentionPlanTests.Kept(RetentionPlan.Make(snapshots, rules)).Select(s => s.Name).ToHashSet();
        return (snapshots.Length == 0 || kept.Count > 0)
            && snapshots.Where(s => s.Protected is not null).All(s => kept.Contains(s.Name))
            && (!snapshots.Any(s => s.Verified) || snapshots.Where(s => s.Verified).GroupBy(s => s.CutAt)
                .MaxBy(g => g.Key)!.Any(s => kept.Contains(s.Name)));
    });

    [Fact]
    public void Pruning_twice_removes_nothing_more() => ForAll((snapshots, rules) =>
        !RetentionPlan.Make(RetentionPlanTests.Kept(RetentionPlan.Make(snapshots, rules)), rules).Removed.Any());

    [Fact]
    public void The_order_they_are_listed_in_does_not_matter() => ForAll((snapshots, rules) =>
        Lines(snapshots, rules).SequenceEqual(Lines([.. snapshots.OrderBy(s => s.Name.GetHashCode(StringComparison.Ordinal))], rules))
        && Lines(snapshots, rules).SequenceEqual(Lines([.. snapshots.Reverse()], rules)));

    [Fact]
    public void A_larger_number_never_keeps_less() => ForAll((snapshots, rules) =>
        rules.IsEmpty || Larger(rules).All(more => Names(snapshots, rules).IsSubsetOf(Names(snapshots, more))));

    [Fact]
    public void Nothing_older_than_an_unaccepted_replacement_goes() => ForAll((snapshots, rules) =>
        RetentionPlan.Make(snapshots, rules) is not { Replacement: { } replacement } plan
            || plan.Removed.All(s => s.CutAt >= replacement.At.CutAt));

    /// <summary>
    /// A life: a snapshot a step, of a home that is whole, emptied, linked anew or only partly readable, with a clock that is sometimes
    /// ahead, and a prune after each.
    /// </summary>
    [Fact]
    public void The_last_one_that_holds_the_data_is_never_removed() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay((ulong)Seeds.New(), Seeds.Gamma),
        Prop.ForAll(Lives.ToArbitrary(), Rules.ToArbitrary(), (steps, rules) => rules.IsEmpty || Survives(steps, rules)));

    private static readonly Gen<(char Home, int Hours, int Ahead)[]> Lives =
        from length in Gen.Choose(1, 40)
        from homes in Gen.Frequency((5, Gen.Constant('w')), (3, Gen.Constant('e')), (1, Gen.Constant('r')), (2, Gen.Constant('p')))
            .ListOf(length)
        from hours in Gen.Elements(1, 5, 24, 24, 24, 200).ListOf(length)
        from ahead in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Choose(1, 3000))).ListOf(length)
        select homes.Select((home, i) => (home, hours[i], ahead[i])).ToArray();

    private static bool Survives((char Home, int Hours, int Ahead)[] steps, RetentionRules rules)
    {
        rules = rules with { AcceptedFingerprint = null };
        List<RetentionCandidate> taken = [], stored = [];
        var now = Start;
        foreach (var (home, hours, ahead) in steps)
        {
            now = now.AddHours(hours);
            var next = new RetentionCandidate($"s{taken.Count}", now.AddHours(ahead), Verified: home != 'p')
            {
                Databases = home switch { 'w' => [new("db", "a")], 'r' => [new("db", "b")], _ => [] },
                Files = home is 'w' or 'r' ? 100 : 3,
            };
            taken.Add(next);
            stored.Add(next);
            var plan = RetentionPlan.Make(stored, rules, now);
            stored = [.. RetentionPlanTests.Kept(plan)];
            var last = taken.Where(s => s.Verified && s.CutAt <= now && s.Databases is [{ Fingerprint: "a" }]).MaxBy(s => s.CutAt);
            if (last is not null && !stored.Exists(s => s.Databases is [{ Fingerprint: "a" }] && s.Verified && s.CutAt >= last.CutAt))
                return false;
        }
        return true;
    }

    private static IEnumerable<RetentionRules> Larger(RetentionRules rules) =>
    [
        rules with { KeepLast = rules.KeepLast + 1 },
        rules with { KeepHourly = rules.KeepHourly + 3 },
        rules with { KeepDaily = rules.KeepDaily + 1 },
        rules with { KeepWeekly = rules.KeepWeekly + 1 },
        rules with { KeepMonthly = rules.KeepMonthly + 1 },
        rules with { KeepYearly = rules.KeepYearly + 1 },
        rules with { KeepWithin = "2y" },
    ];

    private static HashSet<string> Names(RetentionCandidate[] snapshots, RetentionRules rules) =>
        [.. RetentionPlanTests.Kept(RetentionPlan.Make(snapshots, rules)).Select(s => s.Name)];

    private static IEnumerable<string> Lines(RetentionCandidate[] snapshots, RetentionRules rules) =>
        RetentionPlan.Make(snapshots, rules).Verdicts.Select(v => $"{v.Snapshot.Name}: {string.Join(", ", v.Reasons)}");

    private static void ForAll(Func<RetentionCandidate[], RetentionRules, bool> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay((ulong)Seeds.New(), Seeds.Gamma),
        Prop.ForAll(Snapshots.ToArbitrary(), Rules.ToArbitrary(), holds));
}
