using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A long time on Telegram, with its limits enforced and everything failing now and then.</summary>
[Collection(nameof(Alone))]
[Trait("prove", "monday")]
public sealed class TelegramSoakTests(ITestOutputHelper output)
{
    private static readonly int Updates = Proof.Size(2_000, 10_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_has_its_effect_once_and_is_answered_in_time(bool losesEdits)
    {
        await using var soak = await TelegramSoak.StartAsync(Seeds.New(losesEdits ? 1 : 0), losesEdits);
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
