using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Kubernetes;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>A bot or all of them cannot reach the API server, or it cannot reach its data.</summary>
public sealed class ServerLostTests : TwoBots
{
    [Fact]
    public async Task A_leader_cut_off_from_the_api_server_falls_silent_before_the_other_speaks()
    {
        await using var demo = await StartAsync();
        await demo.World.KillBotAsync();
        await using var line = new CutLine(Kubeconfig.Load([demo.World.Kubeconfig]).Connect().Server);
        var first = await demo.World.StartAnotherBotAsync("chatops-bot-0", Ended, await KubeconfigOverAsync(line, demo));
        await first.SaysAsync("chatops-bot-0 leads", Ended);
        var second = await StandbyAsync(demo);
        var plan = await RollOutAsync();
        await line.CutAsync();
        var ended = first.Exited;
        Assert.Same(ended, await Task.WhenAny(ended, second.SaysAsync("chatops-bot-1 leads", Ended)));
        Assert.Equal(1, first.ExitCode);
        await AssertRolledOutAsync(demo, plan);
    }

    [Fact]
    public async Task The_api_server_is_away_longer_than_a_lease_lasts_and_what_was_begun_ends_well()
    {
        await using var demo = await StartAsync();
        await StandbyAsync(demo);
        var plan = await RollOutAsync();
        var faults = demo.World.Embedded!.Faults;
        await faults.RefuseConnectionsAsync();
        await EndsAsync(demo, demo.World.Bot);
        Telegram.Say(Operator, Group, "/status ghostwire");
        await faults.AcceptConnectionsAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        // It was typed in the middle of the rollout, and is answered as things stood when somebody heard it.
        await Telegram.MessageAsync(Group, m => m.Text.Contains(" ghostwire is ", StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Etcd_is_killed_and_started_anew_in_a_rollout_and_it_ends_well()
    {
        await using var demo = await StartAsync("real");
        var plan = await RollOutAsync();
        await demo.Server!.RestartEtcdAsync();
        await AssertRolledOutAsync(demo, plan);
    }

    private static async Task<string> KubeconfigOverAsync(CutLine line, RunningDemo demo)
    {
        var direct = await File.ReadAllTextAsync(demo.World.Kubeconfig, Ended);
        var server = Kubeconfig.Load([demo.World.Kubeconfig]).Connect().Server;
        var path = Path.Combine(Path.GetDirectoryName(demo.World.Kubeconfig)!, "line.kubeconfig");
        await File.WriteAllTextAsync(
            path,
            direct.Replace($"{server.Scheme}://{server.Authority}", line.Url.ToString().TrimEnd('/'), StringComparison.Ordinal),
            Ended);
        return path;
    }
}
