using ChatOps.Bot.Settings;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.EndToEnd.Tests;

/// <summary>Two bots of which one leads: whatever becomes of it, the other goes on, and people see one bot.</summary>
public sealed partial class HighAvailabilityTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Shorter than by default, so that waiting for its end is.</summary>
    private static readonly LeaseSettings Lease = new()
    {
        Duration = TimeSpan.FromSeconds(8),
        RenewWithin = TimeSpan.FromSeconds(5),
        Retry = TimeSpan.FromSeconds(1),
    };

    private TelegramSimulator _telegram = null!;
    private TelegramPerson _operator = null!;
    private TelegramPerson _approver = null!;
    private TelegramChat _group = null!;

    public async ValueTask InitializeAsync()
    {
        _telegram = await TelegramSimulator.StartAsync();
        (_operator, _approver) = (_telegram.AddPerson("Olga"), _telegram.AddPerson("Ari"));
        _group = _telegram.AddGroup("ops", _operator, _approver);
    }

    public ValueTask DisposeAsync() => _telegram.DisposeAsync();

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
        _telegram.Say(_operator, _group, "/snapshot ghostwire");
        var message = await _telegram.MessageAsync(_group, m => m.Text.Contains('░', StringComparison.Ordinal), Patience);
        await demo.World.Bot.SignalAsync("TERM");
        await second.SaysAsync("chatops-bot-1 leads", Ended);
        await EndsAsync(demo, demo.World.Bot);
        Assert.Equal(0, demo.World.Bot.ExitCode);
        // Given back, not run out: nobody "gave no sign".
        Assert.Equal("", await second.SaysAsync("chatops-bot-1 leads", Ended));
        await _telegram.WhenAsync(() => message.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        Assert.Single(_group.FromBot);
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
        _telegram.Say(_operator, _group, "/status ghostwire");
        await faults.AcceptConnectionsAsync();
        await AssertRolledOutAsync(demo, plan, messages: 2);
        // It was typed in the middle of the rollout, and is answered as things stood when somebody heard it.
        await _telegram.MessageAsync(_group, m => m.Text.Contains(" ghostwire is ", StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Etcd_is_killed_and_started_anew_in_a_rollout_and_it_ends_well()
    {
        await using var demo = await StartAsync("real");
        var plan = await RollOutAsync();
        await demo.Server!.RestartEtcdAsync();
        await AssertRolledOutAsync(demo, plan);
    }

    private static async Task EndsAsync(RunningDemo demo, BotProcess bot)
    {
        try
        {
            await bot.Exited.WaitAsync(Patience, TimeProvider.System, Ended);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the bot has not ended after {Patience.TotalSeconds} s; what was said:\n{string.Join('\n', demo.Log)}");
        }
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private Task<RunningDemo> StartAsync(string kind = "embedded", DemoOptions? options = null, int readyWithin = 60) =>
        RunningDemo.StartAsync(
            (options ?? new() { SeedMegabytes = 8 }) with
            {
                ReadyWithin = TimeSpan.FromSeconds(readyWithin),
                Lease = Lease,
                Chats =
                [
                    new("telegram", new Secret(_telegram.Token), _telegram.Url,
                        new Dictionary<string, string> { ["operator"] = $"{_operator.Id}", ["approver"] = $"{_approver.Id}" },
                        $"{_group.Id}"),
                ],
            },
            kind);

    private static async Task<BotProcess> StandbyAsync(RunningDemo demo)
    {
        var bot = await demo.World.StartAnotherBotAsync("chatops-bot-1", Ended);
        await bot.SaysAsync("chatops-bot-1 stands by; chatops-bot-0 leads", Ended);
        return bot;
    }

    /// <summary>A deployment that takes a while, approved and under way; its message.</summary>
    private async Task<TelegramMessage> RollOutAsync()
    {
        _telegram.Say(_operator, _group, "/deploy ghostwire slow");
        var plan = await _telegram.MessageAsync(_group, m => m.Text.Contains("needs approval", StringComparison.Ordinal), Patience);
        var answer = (await _telegram.Press(_approver, plan, "Approve").AnswerAsync()).Text;
        Assert.EndsWith("is approved and starts now.", answer, StringComparison.Ordinal);
        await _telegram.WhenAsync(() => plan.Text.Contains("wait for ready pods", StringComparison.Ordinal), Patience);
        return plan;
    }

    private async Task AssertRolledOutAsync(RunningDemo demo, TelegramMessage plan, int messages = 1)
    {
        await _telegram.WhenAsync(() => plan.Text.StartsWith("✅ Deploy ghostwire slow", StringComparison.Ordinal), Patience);
        await _telegram.WhenAsync(() => _group.FromBot.Count() == messages, Patience);
        Assert.Single((await demo.ChangeAsync(1)).Status.Approvals!);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Changes, "chatops"));
        Assert.Equal(0, _telegram.Violations);
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
