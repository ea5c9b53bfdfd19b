using ChatOps.EndToEnd.Tests.Support;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>A rollout whose news come later than it may take.</summary>
public sealed class LateRolloutTests : TwoBots
{
    [Fact]
    public async Task A_rollout_whose_news_come_later_than_it_may_take_is_judged_by_how_it_is()
    {
        await using var demo = await StartAsync(readyWithin: 40);
        await using var line = await WatchLine.BeforeAsync(demo);
        var plan = await RollOutAsync();
        line.Lag = TimeSpan.FromSeconds(60);
        await Telegram.WhenAsync(() => plan.Text.StartsWith('✅') || plan.Text.StartsWith('❌'), Patience * 2);
        await AssertRolledOutAsync(demo, plan);
        Assert.Equal(
            ["succeeded"], (await demo.ChangeAsync(1)).Status.Steps!.Select(s => s.State.ToString().ToLowerInvariant()).Distinct());
    }
}
