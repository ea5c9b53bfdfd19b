using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.EndToEnd.Tests;

/// <summary>SIGKILL at the worst moments: what was asked, approved and begun goes on under the next process.</summary>
public sealed class BotKilledTests
{
    /// <summary>How much longer the image <c>slow</c> takes, as the kubelet of the demo has it.</summary>
    private const double SlowStartSeconds = 8;

    [Fact]
    public async Task Killed_in_the_middle_of_a_rollout_it_goes_on_and_shows_the_end_in_the_same_message()
    {
        await using var demo = await RunningDemo.StartAsync();
        await demo.TypeAsync("/deploy ghostwire slow");
        await demo.SayAsync("/approve 1", "approver");
        var message = await demo.DoingAsync("wait for ready pods");
        await demo.RestartBotAsync();
        var (id, card) = await demo.CardAsync("of the success", c => c is { State: CardState.Succeeded, Title: "Deploy ghostwire slow" });
        Assert.Equal(message, id);
        Assert.Contains("approved by approver", card.Footer, StringComparison.Ordinal);
        var status = (await demo.ChangeAsync(1)).Status;
        Assert.Single(status.Approvals!);
        Assert.InRange(status.DowntimeSeconds!.Value, SlowStartSeconds, (status.FinishedAt! - status.StartedAt!).Value.TotalSeconds);
        TestContext.Current.SendDiagnosticMessage($"measured downtime {status.DowntimeSeconds:0.0} s");
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_snapshot_the_message_shows_its_end()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.SlowSnapshots);
        await demo.SayAsync("/snapshot ghostwire");
        var (message, _) = await demo.CardAsync("of progress", c => c is { Title: "Snapshot of ghostwire", Progress: not null });
        await demo.RestartBotAsync();
        var (id, card) = await demo.CardAsync("of the end", c => c is { Title: "Snapshot of ghostwire", State: CardState.Succeeded });
        Assert.Equal(message, id);
        Assert.Contains(card.Lines, l => l.Contains("never waited", StringComparison.Ordinal));
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"));
    }

    [Fact]
    public async Task Killed_while_a_change_waits_its_buttons_still_work()
    {
        await using var demo = await RunningDemo.StartAsync();
        await demo.TypeAsync("/deploy ghostwire 1.19.0");
        await demo.TypeAsync("/deploy ghostwire 1.20.0");
        await demo.RestartBotAsync();
        await demo.CardAsync("that waits after the restart", c => c.Title == "Deploy ghostwire 1.20.0: needs approval");
        Assert.Equal("Change 2 is denied.", await demo.PressAsync("Deny", "approver"));
        await demo.CardAsync("of the denial", c => c.Title == "Deploy ghostwire 1.20.0: denied by approver");
        Assert.Equal("Change 1 is approved and starts now.", await demo.PressAsync("Approve", "approver"));
        await demo.CardAsync("of the success", c => c is { State: CardState.Succeeded, Title: "Deploy ghostwire 1.19.0" });
        Assert.Equal(ChangePhase.Denied, (await demo.ChangeAsync(2)).Status.Phase);
    }

    [Fact]
    public async Task Killed_while_the_data_comes_back_the_rollback_ends_well()
    {
        await using var demo = await RunningDemo.StartAsync();
        await demo.DeployAsync("1.19.0", 1);
        await demo.TypeAsync("/rollback ghostwire data:yes");
        // No new pod is placed, the restore's neither: it is under way for as long as that.
        await demo.Kubectl.OkAsync("cordon local");
        await demo.SayAsync("/approve 2", "approver");
        await demo.DoingAsync("bring the data back");
        await demo.RestartBotAsync();
        await demo.Kubectl.OkAsync("uncordon local");
        await demo.CardAsync("of the success", c => c is { State: CardState.Succeeded, Title: "Roll back ghostwire to 1.18.0 with data" });
        await using var books = MessageBooks.Of(demo.World.Home, signal: false);
        Assert.Empty((await books.CheckAsync(demo.World.Home)).Problems);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Restores, "signal"));
    }
}
