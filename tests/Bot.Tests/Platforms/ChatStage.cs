using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The whole bot on one platform, used as people use it: ann may ask, bob may approve, dan may only look, eve is nobody.</summary>
internal abstract class ChatStage : IAsyncDisposable
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private BotUnderTest? _bot;

    /// <summary>The platform's name, and the channel everybody is in.</summary>
    public abstract (string Platform, string Channel) Place { get; }

    /// <summary>What the bot says there, oldest first, as it looks to people now.</summary>
    public abstract IReadOnlyList<SeenMessage> Messages { get; }

    /// <summary>How often the bot did what the platform had told it not to.</summary>
    public abstract int Violations { get; }

    /// <summary>Who was notified by anything the bot said.</summary>
    public virtual IReadOnlyList<string> Notified => [];

    public BotUnderTest Bot => _bot ?? throw new InvalidOperationException("the stage has no bot yet");

    public async Task StartAsync(Support.Place place)
    {
        _bot = await BotUnderTest.StartAsync(await PrepareAsync(place.Namespace), place.Client);
        await ReadyAsync();
    }

    /// <summary>Ends when it was delivered.</summary>
    public abstract Task SayAsync(string person, string text);

    /// <summary>The same delivery once more, as after an answer that got lost.</summary>
    public abstract Task RepeatAsync();

    /// <summary>What the person alone is told.</summary>
    public abstract Task<string?> PressAsync(string person, SeenMessage message, string label);

    /// <summary>A press with an action of their own making.</summary>
    public abstract Task<string?> ForgeAsync(string person, SeenMessage message, string action);

    /// <summary>Whether somebody unknown is told no more than that they are.</summary>
    public abstract Task<bool> RefusesAsync(string stranger, string text);

    /// <summary>Everything a message says, with what did not fit into it.</summary>
    public abstract string Whole(SeenMessage message);

    /// <summary>Nothing passes between bot and people until it is mended.</summary>
    public abstract Task CutAsync();

    public abstract Task MendAsync();

    /// <summary>Returns as soon as the condition holds.</summary>
    public abstract Task WhenAsync(Func<bool> condition);

    public async Task<SeenMessage> MessageAsync(string containing)
    {
        SeenMessage? Find() => Messages.FirstOrDefault(m => m.Text.Contains(containing, StringComparison.Ordinal));
        try
        {
            await WhenAsync(() => Find() is not null);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"no message says '{containing}'; there are:\n{string.Join("\n--\n", Messages.Select(m => m.Text))}", e);
        }
        return Find()!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_bot is not null) await _bot.DisposeAsync();
    }

    protected abstract Task<BotSettings> PrepareAsync(string ns);

    protected virtual Task ReadyAsync() => Task.CompletedTask;

    protected static BotSettings Settings(string ns, Func<string, string> with) => TestSettings.Read(
        $$"""
        shop: { workload: deployment/shop, namespace: {{ns}}, readyWithin: 20s, settleFor: 0.5s }
        home: { workload: statefulset/home, namespace: {{ns}}, readyWithin: 20s, settleFor: 0.5s }
        """,
        ns, with);
}

/// <param name="Buttons">Labels.</param>
/// <param name="Actions">What those buttons send, and the buttons of earlier states sent.</param>
/// <param name="States">How many states it has shown.</param>
internal sealed record SeenMessage(string Id, string Text, IReadOnlyList<string> Buttons, IReadOnlyList<string> Actions, int States);
