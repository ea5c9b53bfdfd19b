using ChatOps.Bot.Settings;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.EndToEnd.Tests.Leading;

/// <summary>Two bots on Telegram of which one leads: whatever becomes of it, the other goes on, and people see one bot.</summary>
public abstract class TwoBots : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Shorter than by default, so that waiting for its end is.</summary>
    private protected static readonly LeaseSettings Lease = new()
    {
        Duration = TimeSpan.FromSeconds(8),
        RenewWithin = TimeSpan.FromSeconds(5),
        Retry = TimeSpan.FromSeconds(1),
    };

    protected TelegramSimulator Telegram { get; private set; } = null!;

    protected TelegramPerson Operator { get; private set; } = null!;

    protected TelegramPerson Approver { get; private set; } = null!;

    protected TelegramChat Group { get; private set; } = null!;

    protected static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Telegram = await TelegramSimulator.StartAsync();
        (Operator, Approver) = (Telegram.AddPerson("Olga"), Telegram.AddPerson("Ari"));
        Group = Telegram.AddGroup("ops", Operator, Approver);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Telegram.DisposeAsync();
    }

    private protected static async Task EndsAsync(RunningDemo demo, BotProcess bot)
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

    private protected Task<RunningDemo> StartAsync(string kind = "embedded", DemoOptions? options = null, int readyWithin = 60) =>
        RunningDemo.StartAsync(
            (options ?? RunningDemo.Small) with
            {
                ReadyWithin = TimeSpan.FromSeconds(readyWithin),
                Lease = Lease,
                Chats =
                [
                    new("telegram", new Secret(Telegram.Token), Telegram.Url,
                        new Dictionary<string, string> { ["operator"] = $"{Operator.Id}", ["approver"] = $"{Approver.Id}" },
                        $"{Group.Id}"),
                ],
            },
            kind);

    private protected static async Task<BotProcess> StandbyAsync(RunningDemo demo)
    {
        var bot = await demo.World.StartAnotherBotAsync("chatops-bot-1", Ended);
        await bot.SaysAsync("chatops-bot-1 stands by; chatops-bot-0 leads", Ended);
        return bot;
    }

    /// <summary>A deployment that takes a while, approved and under way; its message.</summary>
    protected async Task<TelegramMessage> RollOutAsync()
    {
        Telegram.Say(Operator, Group, "/deploy ghostwire slow");
        var plan = await Telegram.MessageAsync(Group, m => m.Text.Contains("needs approval", StringComparison.Ordinal), Patience);
        var answer = await Telegram.SaidAsync(Telegram.Press(Approver, plan, "Approve"));
        Assert.EndsWith("is approved and starts now.", answer, StringComparison.Ordinal);
        await Telegram.WhenAsync(() => plan.Text.Contains("wait for ready pods", StringComparison.Ordinal), Patience);
        return plan;
    }

    private protected async Task AssertRolledOutAsync(RunningDemo demo, TelegramMessage plan, int messages = 1)
    {
        await Telegram.WhenAsync(() => plan.Text.StartsWith("✅ Deploy ghostwire slow", StringComparison.Ordinal), Patience);
        await Telegram.WhenAsync(() => Group.FromBot.Count() == messages, Patience);
        Assert.Single((await demo.ChangeAsync(1)).Status.Approvals!);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Changes, "chatops"));
        Assert.Equal(0, Telegram.Violations);
    }
}
