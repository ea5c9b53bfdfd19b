using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A long time on Discord, with its limits enforced and everything failing now and then.</summary>
[Collection(nameof(Alone))]
[Trait("prove", "tuesday")]
public sealed class DiscordSoakTests(ITestOutputHelper output)
{
    private static readonly int Interactions = Proof.Size(2_000, 10_000);

    [Fact]
    public async Task Everything_has_its_effect_once_and_is_answered_in_time()
    {
        await using var soak = await DiscordSoak.StartAsync(Seeds.New());
        await soak.RunAsync(Interactions);
        Assert.Empty(soak.Twice);
        Assert.Empty(soak.LostForNoReason);
        Assert.Empty(soak.FailedInCalm);
        Assert.Empty(soak.NotShown());
        Assert.Empty(soak.Discord.Violations);
        Assert.False(soak.Discord.Banned);
        var waits = soak.CalmWaits();
        var p99 = waits[waits.Count * 99 / 100];
        output.WriteLine($"{soak.Storms} storms; {soak.Lost.Count} of {soak.Asked} lost with a session; "
            + $"ack of {waits.Count} p50 {waits[waits.Count / 2]}, p99 {p99}, most {waits[^1]}");
        Assert.InRange(waits.Count, Interactions / 10, Interactions);
        // Each is accounted for above; how many there are hangs on the moments at which sessions end, and on how full the machine is then.
        Assert.InRange(soak.Lost.Count, 0, soak.Asked / 4);
        Assert.True(p99 < TimeSpan.FromSeconds(1), $"the 99th percentile of acknowledgements is {p99}");
    }
}
