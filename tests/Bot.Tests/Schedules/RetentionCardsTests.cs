using ChatOps.Bot.Chat;
using ChatOps.Bot.Schedules;
using ChatOps.Retention;

namespace ChatOps.Bot.Tests.Schedules;

public sealed class RetentionCardsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_preview_says_what_goes_what_stays_and_why_on_a_phone() => Assert.Equal("""
        ⚠ Snapshots of home: last 1, weekly 6?
        5 snapshots would be removed now, 6 would stay.
        ✘ 2026-11-19 03:00
        ✘ 2026-11-18 03:00
        ✘ 2026-11-17 03:00
        ✘ and 2 older
        ✔ 2026-11-20 03:00  last 1, weekly 2026-W47, newest, newest verified
        ✔ 2026-11-15 03:00  weekly 2026-W46
        ✔ 2026-11-08 03:00  weekly 2026-W45, way back of change 7
        ✔ 2026-11-01 03:00  weekly 2026-W44
        ✔ and               2 older
        Counted from the snapshots the cluster knows; the sidecar decides anew on what its store holds.
        [Use these rules]
        """, Preview("last 1, weekly 6", [0, 1, 2, 3, 4, 5, 6, 12, 19, 26, 33], back: 12));

    [Fact]
    public void Where_nothing_goes_the_button_is_no_danger()
    {
        var rules = RetentionRules.Parse("last 9").Value;
        var card = RetentionCards.Preview("home", rules, RetentionPlan.Make(Snapshots([0, 1]), rules), "/use");
        Assert.Equal("None would be removed now; all 2 snapshots would stay.", card.Lines[0]);
        Assert.Equal(("/use", ButtonStyle.Primary), (card.Buttons.Single().Action, card.Buttons.Single().Style));
    }

    [Fact]
    public void A_replaced_database_is_told_with_the_words_that_accept_it()
    {
        var rules = RetentionRules.Parse("last 1").Value;
        RetentionCandidate[] snapshots = [.. Snapshots([0, 1])
            .Select((s, i) => s with { Databases = [new("db", i == 0 ? "bbbb" : "aaaa")] })];
        var card = RetentionCards.Preview("home", rules, RetentionPlan.Make(snapshots, rules), "/use");
        Assert.Contains(card.Lines, line => line.EndsWith("/schedule accept home bbbb", StringComparison.Ordinal));
    }

    private static string Preview(string text, int[] daysAgo, int back)
    {
        var rules = RetentionRules.Parse(text).Value;
        var snapshots = Snapshots(daysAgo).Select(s => s.Name == $"s{back}" ? s with { Protected = "way back of change 7" } : s);
        return PlainText.Render(RetentionCards.Preview("home", rules, RetentionPlan.Make(snapshots, rules), "/use"));
    }

    private static IEnumerable<RetentionCandidate> Snapshots(int[] daysAgo) =>
        daysAgo.Select(d => new RetentionCandidate($"s{d}", Start.AddDays(-d)));
}
