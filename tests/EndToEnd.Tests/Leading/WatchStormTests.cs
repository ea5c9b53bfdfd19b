using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>Watches are answered that their version is gone, again and again.</summary>
public sealed class WatchStormTests : TwoBots
{
    [Fact]
    public async Task Watches_that_are_gone_again_and_again_cost_few_questions_and_nothing_else()
    {
        await using var demo = await StartAsync(options: RunningDemo.SlowSnapshots);
        await using var line = await WatchLine.BeforeAsync(demo);
        await StandbyAsync(demo);
        Telegram.Say(Operator, Group, "/snapshot ghostwire");
        var snapshot = await Telegram.MessageAsync(Group, m => m.Text.Contains('░', StringComparison.Ordinal), Patience);
        line.Storm();
        await Telegram.WhenAsync(() => snapshot.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        var plan = await RollOutAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        AssertFewLists(line);
        line.Calm();
        Telegram.Say(Operator, Group, "/snapshot ghostwire");
        await Telegram.MessageAsync(
            Group, m => m != snapshot && m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        Assert.Equal(3, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count);
        Assert.Equal(3, Group.FromBot.Count());
    }

    [Fact]
    public async Task The_leader_is_killed_in_such_a_storm_and_the_other_ends_what_it_began()
    {
        await using var demo = await StartAsync();
        await using var line = await WatchLine.BeforeAsync(demo);
        var second = await StandbyAsync(demo);
        var plan = await RollOutAsync();
        line.Storm();
        await demo.World.KillBotAsync();
        await second.SaysAsync("chatops-bot-1 leads; chatops-bot-0 gave no sign", Ended);
        await AssertRolledOutAsync(demo, plan);
        AssertFewLists(line);
        line.Calm();
        Telegram.Say(Operator, Group, "/snapshot ghostwire");
        await Telegram.MessageAsync(Group, m => m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
    }

    /// <summary>
    /// Whoever follows something asks at once, then after 0.2, 0.4, … 6.4 s, then each ten, a quarter less at the least; each of two
    /// bots may follow it from two places.
    /// </summary>
    private static void AssertFewLists(WatchLine line)
    {
        var most = 2 * (9 + (int)(line.Stormed.TotalSeconds / 7.5));
        var lists = string.Join('\n', line.Lists.Select(l => $"{l.Value} {l.Key}"));
        TestContext.Current.SendDiagnosticMessage($"{line.Stormed.TotalSeconds:0} s of storm, lists:\n{lists}");
        Assert.NotEmpty(line.Lists);
        Assert.All(line.Lists, l => Assert.True(l.Value <= most, $"{l.Key} was listed {l.Value} times in {line.Stormed.TotalSeconds:0} s"));
    }
}
