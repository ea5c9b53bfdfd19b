using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.EndToEnd.Tests;

public sealed partial class HighAvailabilityTests
{
    [Fact]
    public async Task News_later_than_a_lease_lasts_move_nobody_to_act_twice_or_in_anothers_place()
    {
        await using var demo = await StartAsync();
        await using var line = await WatchLine.BeforeAsync(demo);
        await StandbyAsync(demo);
        line.Lag = Lease.Duration + TimeSpan.FromSeconds(2);
        _telegram.Say(_operator, _group, "/snapshot ghostwire");
        await _telegram.MessageAsync(_group, m => m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        var plan = await RollOutAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        Assert.Equal(2, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count);
        Assert.DoesNotContain(demo.Log, l => l.Contains("chatops-bot-1 leads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollout_whose_news_come_later_than_it_may_take_is_judged_by_how_it_is()
    {
        await using var demo = await StartAsync(readyWithin: 40);
        await using var line = await WatchLine.BeforeAsync(demo);
        var plan = await RollOutAsync();
        line.Lag = TimeSpan.FromSeconds(60);
        await _telegram.WhenAsync(() => plan.Text.StartsWith('✅') || plan.Text.StartsWith('❌'), Patience * 2);
        await AssertRolledOutAsync(demo, plan);
        Assert.Equal(
            ["succeeded"], (await demo.ChangeAsync(1)).Status.Steps!.Select(s => s.State.ToString().ToLowerInvariant()).Distinct());
    }

    [Fact]
    public async Task Watches_that_are_gone_again_and_again_cost_few_questions_and_nothing_else()
    {
        await using var demo = await StartAsync(options: RunningDemo.SlowSnapshots);
        await using var line = await WatchLine.BeforeAsync(demo);
        await StandbyAsync(demo);
        _telegram.Say(_operator, _group, "/snapshot ghostwire");
        var snapshot = await _telegram.MessageAsync(_group, m => m.Text.Contains('░', StringComparison.Ordinal), Patience);
        line.Storm();
        await _telegram.WhenAsync(() => snapshot.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        var plan = await RollOutAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        AssertFewLists(line);
        line.Calm();
        _telegram.Say(_operator, _group, "/snapshot ghostwire");
        await _telegram.MessageAsync(
            _group, m => m != snapshot && m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        Assert.Equal(3, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count);
        Assert.Equal(3, _group.FromBot.Count());
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
        _telegram.Say(_operator, _group, "/snapshot ghostwire");
        await _telegram.MessageAsync(_group, m => m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
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
