using ChatOps.Bot.Chat;
using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>Tests of the platform alone, on a simulated Telegram with one person who has a private chat with the bot.</summary>
public abstract class OnTelegram : IAsyncLifetime
{
    private protected static readonly Card Working = new(CardState.Working, "Deploy shop 2") { Progress = new(0.5, "waiting for pods") };
    private protected static readonly Card Done = new(CardState.Succeeded, "Deploy shop 2") { Lines = ["4.9 s"] };

    protected static CancellationToken Ended => TestContext.Current.CancellationToken;

    protected TelegramSimulator Telegram { get; private set; } = null!;

    protected TelegramPerson Ann { get; private set; } = null!;

    protected TelegramChat Private { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Telegram = await TelegramSimulator.StartAsync();
        Ann = Telegram.AddPerson("Ann", "ann");
        Private = Telegram.OpenPrivateChat(Ann);
    }

    public async ValueTask DisposeAsync()
    {
        await Telegram.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
