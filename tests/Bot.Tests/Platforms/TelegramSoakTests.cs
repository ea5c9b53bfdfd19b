using ChatOps.Bot.Tests.Support;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A long time on Telegram, with its limits enforced and everything failing now and then.</summary>
[Collection(nameof(Alone))]
public sealed class TelegramSoakTests(ITestOutputHelper output)
{
    private const int Updates = 10_000;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Everything_has_its_effect_once_and_is_answered_in_time(int seed, bool losesEdits)
    {
        await using var soak = await TelegramSoak.StartAsync(seed, losesEdits);
        await soak.RunAsync(Updates);
        Assert.Empty(soak.NotOnce);
        Assert.InRange(soak.Effects, Updates, Updates + 1);
        Assert.Empty(soak.NotShown());
        Assert.Equal(soak.Wanted, soak.Said);
        Assert.Empty(soak.NotAnswered);
        Assert.All(soak.Telegram.Updates, u => Assert.True(u.Confirmed));
        Assert.Equal((0, false), (soak.Telegram.Violations, soak.Telegram.Banned));
        var waits = soak.CalmWaits();
        var p99 = waits[waits.Count * 99 / 100];
        output.WriteLine($"{soak.Storms} storms; ack of {waits.Count} p50 {waits[waits.Count / 2]}, p99 {p99}, most {waits[^1]}");
        Assert.InRange(waits.Count, Updates / 10, Updates);
        Assert.True(p99 < TimeSpan.FromSeconds(1), $"the 99th percentile of acknowledgements is {p99}");
    }
}
