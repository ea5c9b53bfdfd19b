using System.Globalization;
using ChatOps.Retention;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Retention;

public sealed class RetentionPlanTests
{
    /// <summary>Rules, the snapshots by their moments (an exclamation mark: a check failed), and those that stay.</summary>
    public static TheoryData<string, string, string> Tables => new()
    {
        { "last 2", "20T03 19T03 18T03 17T03", "20T03 19T03" },
        { "daily 2", "20T23 20T03 19T23 19T03 18T03", "20T23 19T23" },
        { "daily 3", "20T03 17T03 11T03 10T03", "20T03 17T03 11T03" },
        { "hourly 2", "20T03:59 20T03:01 20T02:59 20T01:30", "20T03:59 20T02:59" },
        // 2026-11-16 is a Monday: weeks 47, 46 and 45.
        { "weekly 2", "20T03 16T00 15T23 09T00 08T23 01T03", "20T03 15T23" },
        { "monthly 1", "20T03 01T03", "20T03" },
        // A rule that is not full yet keeps the oldest, which may become the first of its kind.
        { "monthly 2", "20T03 12T03 01T03", "20T03 01T03" },
        { "yearly 5", "20T03 12T03 01T03!", "20T03 12T03" },
        { "within 2d", "20T03 19T03 18T04 18T03 17T03", "20T03 19T03 18T04" },
        { "within 1d, daily 2", "20T12 20T03 19T13 19T12 18T12", "20T12 20T03 19T13" },
        // Of a day the newest good one counts, and the newest of all stays to be looked at.
        { "daily 2", "20T23! 20T03 19T23! 19T03! 18T03", "20T23! 20T03 19T23!" },
        { "last 1", "20T03! 19T03! 18T03 17T03", "20T03! 18T03" },
        { "last 1", "20T03! 19T03!", "20T03!" },
        { "last 3", "", "" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rules_keep_what_they_say(string rules, string given, string kept)
    {
        var plan = RetentionPlan.Make(Snapshots(given), RetentionRules.Parse(rules).Value);
        Assert.Equal(kept, string.Join(' ', plan.Verdicts.Where(v => v.Keep).Select(v => v.Snapshot.Name)));
    }

    [Fact]
    public void Every_reason_is_told_in_words()
    {
        var rules = RetentionRules.Parse("last 1, daily 2, weekly 1, within 3h, yearly 3").Value;
        var plan = RetentionPlan.Make(Snapshots("20T03 20T02 19T03 12T03"), rules);
        Assert.Equal(["last 1", "daily 2026-11-20", "weekly 2026-W47", "yearly 2026", "within 3h", "newest", "newest verified"],
            plan.Verdicts[0].Reasons);
        Assert.Equal(["within 3h"], plan.Verdicts[1].Reasons);
        Assert.Equal(["daily 2026-11-19"], plan.Verdicts[2].Reasons);
        Assert.Equal(["yearly, the oldest"], plan.Verdicts[3].Reasons);
    }

    [Theory]
    [InlineData(null, "20T23:30 19T23:30")]
    [InlineData("Europe/Berlin", "20T23:30 20T22:30")]
    public void A_day_begins_where_the_time_zone_says(string? zone, string kept)
    {
        // In Berlin 20T23:30 is already the 21st, and 19T23:30 the 20th.
        var plan = RetentionPlan.Make(Snapshots("20T23:30 20T22:30 20T21:30 19T23:30 19T22:30"),
            new RetentionRules { KeepDaily = 2, TimeZone = zone });
        Assert.Equal(kept, string.Join(' ', Kept(plan).Select(s => s.Name)));
    }

    [Fact]
    public void The_week_of_the_turn_of_the_year_is_one_week()
    {
        RetentionCandidate[] two = [At("thursday", 2026, 12, 31), At("friday", 2027, 1, 1)];
        var plan = RetentionPlan.Make(two, new RetentionRules { KeepWeekly = 1 });
        Assert.Equal("weekly 2026-W53", plan.Verdicts[0].Reasons[0]);
        Assert.Equal("thursday", Assert.Single(plan.Removed).Name);
    }

    [Fact]
    public void A_way_back_stays_and_says_for_whom()
    {
        var snapshots = Snapshots("20T03 19T03 18T03").Select(s => s.Name == "18T03" ? s with { Protected = "way back of change 12" } : s);
        var plan = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1 });
        Assert.Equal(["19T03"], plan.Removed.Select(s => s.Name));
        Assert.Equal(["way back of change 12"], plan.Verdicts[2].Reasons);
    }

    [Fact]
    public void Without_rules_nothing_goes()
    {
        foreach (var rules in (RetentionRules[])[new(), new() { KeepLast = 0, KeepWithin = "" }])
            Assert.Empty(RetentionPlan.Make(Snapshots("20T03 19T03 18T03!"), rules).Removed);
    }

    [Fact]
    public void What_is_older_than_a_replaced_database_stays_until_the_new_one_is_accepted()
    {
        RetentionCandidate[] snapshots = [.. "20T03:b 19T03:b 18T03 17T03:a 16T03:a".Split(' ').Select(Marked)];
        var held = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1 });
        Assert.Empty(held.Removed);
        Assert.Equal(("19T03", "b"), (held.Replacement!.At.Name, held.Replacement.Databases.Single().Fingerprint));
        Assert.Equal([RetentionPlan.Held], held.Verdicts[4].Reasons);

        var other = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1, AcceptedFingerprint = "a" });
        Assert.Empty(other.Removed);
        var accepted = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1, AcceptedFingerprint = "B" });
        Assert.Equal(["19T03", "18T03", "17T03", "16T03"], accepted.Removed.Select(s => s.Name));
        Assert.Null(accepted.Replacement);
    }

    [Fact]
    public void A_replacement_is_still_known_when_all_but_the_first_that_shows_it_are_gone()
    {
        RetentionCandidate[] snapshots = [.. "20T03:b 19T03:b 18T03:b 17T03:a".Split(' ').Select(Marked)];
        var plan = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1 });
        Assert.Equal(["19T03"], plan.Removed.Select(s => s.Name));
        Assert.Empty(RetentionPlan.Make(Kept(plan), new RetentionRules { KeepLast = 1 }).Removed);
    }

    [Fact]
    public void A_second_replacement_asks_again()
    {
        RetentionCandidate[] snapshots = [.. "20T03:c 19T03:b 18T03:a".Split(' ').Select(Marked)];
        Assert.Equal("20T03", RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1, AcceptedFingerprint = "b" })
            .Replacement!.At.Name);
    }

    /// <summary>
    /// Snapshots by moment, database and number of files, oldest first, an exclamation mark where something was missed; what is accepted;
    /// since which one what is gone.
    /// </summary>
    public static TheoryData<string, string?, string?> Losses => new()
    {
        { "16T03:a:50 17T03:a:50", null, null },
        { "16T03:a:50 17T03::50", null, "17T03: db is gone" },
        { "16T03:a:50 17T03::50 18T03::50", null, "17T03: db is gone" },
        { "16T03:a:50 17T03:a:24", null, "17T03: 26 of 50 files are gone" },
        { "16T03:a:50 17T03:a:25", null, null },
        // Fewer than twenty come and go.
        { "16T03:a:19 17T03:a:1", null, null },
        // It is over when the data is back, also with another database, which is for the replacement to tell.
        { "16T03:a:50 17T03::2 18T03:a:50", null, null },
        { "16T03:a:50 17T03::50 18T03:b:50", null, null },
        // What missed something can neither lack nor have it.
        { "16T03:a:50 17T03::2!", null, null },
        { "16T03:a:50! 17T03::2", null, null },
        { "16T03:a:50 17T03::2! 18T03::2", null, "18T03: db is gone" },
        { "16T03:a:50 17T03::50", "home-20261117T030000Z-abcdef", null },
        { "16T03:a:50 17T03::50", "home-20261116T030000Z-abcdef", "17T03: db is gone" },
        { "16T03:a:50 17T03::50", "17T03", "17T03: db is gone" },
        // Accepted once, and lost again since.
        { "16T03:a:90 17T03::40 18T03::10", "home-20261117T030000Z-abcdef", "18T03: 30 of 40 files are gone" },
        // The snapshot that was named is gone; what came after it is what was agreed to.
        { "16T03:a:90 18T03::40", "home-20261117T030000Z-abcdef", null },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void What_is_gone_holds_all_that_is_older_until_it_is_back_or_accepted(string given, string? accepted, string? told)
    {
        RetentionCandidate[] snapshots = [.. given.Split(' ').Select(Holding)];
        var plan = RetentionPlan.Make(snapshots, new RetentionRules { KeepLast = 1, AcceptedSnapshot = accepted });
        Assert.Equal(told, plan.Loss is { } loss ? $"{loss.At.Name}: {loss.What}" : null);
        if (plan.Loss is null) return;
        Assert.DoesNotContain(plan.Removed, s => s.CutAt <= plan.Loss.At.CutAt);
        Assert.All(plan.Verdicts.Where(v => v.Snapshot.CutAt < plan.Loss.At.CutAt),
            v => Assert.Contains(RetentionPlan.HeldForLoss, v.Reasons));
    }

    [Fact]
    public void What_is_dated_later_than_now_moves_neither_newest_nor_within()
    {
        var now = MomentOf("20T03");
        var plan = RetentionPlan.Make(Snapshots("29T03 28T03 20T03:05 19T20 17T03"), RetentionRules.Parse("last 1, within 2d").Value, now);
        Assert.Equal([RetentionPlan.Misdated], plan.Verdicts[0].Reasons);
        Assert.Equal([RetentionPlan.Misdated], plan.Verdicts[1].Reasons);
        Assert.Equal(["last 1", "within 2d", "newest", "newest verified"], plan.Verdicts[2].Reasons);
        Assert.Equal(["within 2d"], plan.Verdicts[3].Reasons);
        Assert.Equal(["17T03"], plan.Removed.Select(s => s.Name));
    }

    [Theory]
    [InlineData("-1", "BadRules")]
    [InlineData("1000000", "BadRules")]
    public void Rules_that_cannot_be_followed_are_refused(string last, string kind)
    {
        var rules = new RetentionRules { KeepLast = int.Parse(last, CultureInfo.InvariantCulture) };
        Assert.Equal(kind, Assert.Throws<FaultException>(() => RetentionPlan.Make([], rules)).Fault.Kind);
        Assert.Equal("BadZone", new RetentionRules { KeepLast = 1, TimeZone = "Mars/Olympus" }.Check()!.Kind);
        Assert.Equal("BadRules", new RetentionRules { KeepWithin = "soon" }.Check()!.Kind);
    }

    internal static IEnumerable<RetentionCandidate> Kept(RetentionPlan plan) => plan.Verdicts.Where(v => v.Keep).Select(v => v.Snapshot);

    private static IEnumerable<RetentionCandidate> Snapshots(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(t => new RetentionCandidate(t, MomentOf(t.TrimEnd('!')), !t.EndsWith('!')));

    private static RetentionCandidate Marked(string text) => text.Split(':') is [var moment, var mark]
        ? new RetentionCandidate(moment, MomentOf(moment)) { Databases = [new("db", mark)] }
        : new RetentionCandidate(text, MomentOf(text));

    private static RetentionCandidate Holding(string text)
    {
        var (verified, parts) = (!text.EndsWith('!'), text.TrimEnd('!').Split(':'));
        return new RetentionCandidate(parts[0], MomentOf(parts[0]), verified)
        {
            Databases = parts[1].Length == 0 ? [] : [new("db", parts[1])],
            Files = long.Parse(parts[2], CultureInfo.InvariantCulture),
        };
    }

    private static RetentionCandidate At(string name, int year, int month, int day) =>
        new(name, new(year, month, day, 12, 0, 0, TimeSpan.Zero));

    /// <summary><c>20T03</c> or <c>20T03:59</c>, of November 2026 in UTC.</summary>
    private static DateTimeOffset MomentOf(string text) => DateTimeOffset.Parse(
        $"2026-11-{(text.Contains(':', StringComparison.Ordinal) ? text : text + ":00")}Z", CultureInfo.InvariantCulture);
}
