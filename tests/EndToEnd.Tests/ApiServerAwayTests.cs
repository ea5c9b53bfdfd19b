using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.EndToEnd.Tests.Support;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The API server refuses connections for a while: to the bot, the sidecar and the kubelet alike.</summary>
public sealed class ApiServerAwayTests
{
    /// <summary>Alone, without a lease: it goes on talking however long the API server is away.</summary>
    private static readonly LeaseSettings None = new() { Enabled = false };

    [Fact]
    public async Task Away_during_a_rollout_it_ends_well_and_commands_meanwhile_are_told_why()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small with { Lease = None });
        await demo.TypeAsync("/deploy ghostwire slow");
        await demo.SayAsync("/approve 1", "approver");
        await demo.DoingAsync("wait for ready pods");
        await AwayAsync(demo);
        await demo.CardAsync("of the success", c => c is { State: CardState.Succeeded, Title: "Deploy ghostwire slow" });
        await AssertWholeAsync(demo);
    }

    [Fact]
    public async Task Away_during_a_snapshot_it_ends_well()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.SlowSnapshots with { Lease = None });
        await demo.SayAsync("/snapshot ghostwire");
        await demo.CardAsync("of progress", c => c is { Title: "Snapshot of ghostwire", Progress.Fraction: > 0 });
        await AwayAsync(demo);
        await demo.CardAsync("of the end", c => c is { Title: "Snapshot of ghostwire", State: CardState.Succeeded });
        await AssertWholeAsync(demo);
    }

    /// <summary>Away until a command has been refused because of it and the bot has tried again more than once.</summary>
    private static async Task AwayAsync(RunningDemo demo)
    {
        var faults = demo.World.Embedded!.Faults;
        await faults.RefuseConnectionsAsync();
        await demo.SayAsync("/status ghostwire");
        await AssertRefusedAsync(demo, 1);
        await demo.SayAsync("/snapshot ghostwire");
        await AssertRefusedAsync(demo, 2);
        await faults.AcceptConnectionsAsync();
    }

    private static async Task AssertRefusedAsync(RunningDemo demo, int times)
    {
        bool Refused(Card card) => card.State == CardState.Failed && card.Title.Contains("127.0.0.1", StringComparison.Ordinal);
        bool Enough(Card card) => Refused(card) && demo.Page.Cards.Count(c => Refused(c.Card)) >= times;
        var (_, card) = await demo.CardAsync("that names the API server", Enough);
        Assert.Contains("API server", card.Title + string.Concat(card.Lines), StringComparison.Ordinal);
    }

    /// <summary>Everything asked for while the server was there is done, and the next command works as ever.</summary>
    private static async Task AssertWholeAsync(RunningDemo demo)
    {
        Assert.All(demo.Page.Cards, c => Assert.True(c.Card.IsSettled, PlainText.Render(c.Card)));
        Assert.Contains(await demo.TypeAsync("/status ghostwire"), c => c is { State: CardState.Succeeded, Title: "ghostwire is up" });
    }
}
