using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>What the API server tells comes later than a lease lasts.</summary>
public sealed class LateNewsTests : TwoBots
{
    [Fact]
    public async Task News_later_than_a_lease_lasts_move_nobody_to_act_twice_or_in_anothers_place()
    {
        await using var demo = await StartAsync();
        await using var line = await WatchLine.BeforeAsync(demo);
        await StandbyAsync(demo);
        line.Lag = Lease.Duration + TimeSpan.FromSeconds(2);
        Telegram.Say(Operator, Group, "/snapshot ghostwire");
        await Telegram.MessageAsync(Group, m => m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        var plan = await RollOutAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        Assert.Equal(2, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count);
        Assert.DoesNotContain(demo.Log, l => l.Contains("chatops-bot-1 leads", StringComparison.Ordinal));
    }
}
