using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>The leader is killed, replaced or hangs: the other leads.</summary>
public sealed class LeaderLostTests : TwoBots
{
    [Theory]
    [InlineData("embedded")]
    [InlineData("real")]
    public async Task The_leader_is_killed_in_a_rollout_and_the_other_shows_the_end_in_the_same_message(string kind)
    {
        await using var demo = await StartAsync(kind);
        var second = await StandbyAsync(demo);
        var plan = await RollOutAsync();
        await demo.World.KillBotAsync();
        var killed = TimeProvider.System.GetTimestamp();
        await second.SaysAsync("chatops-bot-1 leads; chatops-bot-0 gave no sign", Ended);
        var gap = TimeProvider.System.GetElapsedTime(killed);
        await AssertRolledOutAsync(demo, plan);
        TestContext.Current.SendDiagnosticMessage(
            $"{kind}: killed, the other led after {gap.TotalSeconds:0.0} s of a lease of {Lease.Duration.TotalSeconds} s");
    }

    [Fact]
    public async Task The_leader_is_replaced_in_a_snapshot_and_the_other_leads_before_its_lease_is_over()
    {
        await using var demo = await StartAsync(options: RunningDemo.SlowSnapshots);
        var second = await StandbyAsync(demo);
        Telegram.Say(Operator, Group, "/snapshot ghostwire");
        var message = await Telegram.MessageAsync(Group, m => m.Text.Contains('░', StringComparison.Ordinal), Patience);
        await demo.World.Bot.SignalAsync("TERM");
        await second.SaysAsync("chatops-bot-1 leads", Ended);
        await EndsAsync(demo, demo.World.Bot);
        Assert.Equal(0, demo.World.Bot.ExitCode);
        // Given back, not run out: nobody "gave no sign".
        Assert.Equal("", await second.SaysAsync("chatops-bot-1 leads", Ended));
        await Telegram.WhenAsync(() => message.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        Assert.Single(Group.FromBot);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"));
    }

    [Fact]
    public async Task A_leader_that_hung_finds_another_in_its_place_and_acts_no_more()
    {
        await using var demo = await StartAsync();
        var (first, second) = (demo.World.Bot, await StandbyAsync(demo));
        var plan = await RollOutAsync();
        await first.SignalAsync("STOP");
        await second.SaysAsync("chatops-bot-1 leads", Ended);
        await first.SignalAsync("CONT");
        await EndsAsync(demo, first);
        Assert.Equal(1, first.ExitCode);
        await AssertRolledOutAsync(demo, plan);
    }
}
