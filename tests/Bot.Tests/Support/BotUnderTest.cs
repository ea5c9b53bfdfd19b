using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatOps.Bot.Tests.Support;

/// <summary>The whole bot in this process, spoken to as the web platform speaks to it.</summary>
internal sealed class BotUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly WebApplication _app;
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private int _deliveries;

    private BotUnderTest(WebApplication app) => _app = app;

    public WebPlatform Web => _app.Services.GetRequiredService<WebPlatform>();

    public IServiceProvider Services => _app.Services;

    public Leader Leader => Services.GetRequiredService<Leader>();

    public Uri Url => new(_app.Urls.First());

    /// <summary>Null unless the settings declare an address for metrics.</summary>
    public Uri? MetricsUrl => _app.Urls.Skip(1).SingleOrDefault() is { } url ? new(url) : null;

    public static async Task<BotUnderTest> StartAsync(
        BotSettings settings, IKubernetesClient client, string? name = null, TimeProvider? time = null)
    {
        var app = BotHost.Build(settings, client, time ?? TimeProvider.System, log => log.SetMinimumLevel(LogLevel.Critical), name);
        await app.StartAsync();
        var bot = new BotUnderTest(app);
        using var limit = new CancellationTokenSource(Patience);
        while (bot.Web.Inbox is null && bot.Leader.Other is null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        return bot;
    }

    /// <summary>What the bot waits for before it is ready.</summary>
    public IReadOnlyList<string> Awaited => Services.GetRequiredService<Readiness>().Awaited;

    /// <summary>Returns once the bot says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (Awaited.Count > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    public IReadOnlyList<(string Id, Card Card)> Cards =>
        [.. Web.After(null, "ops").Events.Where(e => e.Message.Card is not null).Select(e => (e.Message.Id, e.Message.Card!))];

    /// <summary>Types a line and returns the answering card once it is settled, waiting for approval included.</summary>
    public async Task<Card> TypeAsync(string person, string text, string? deliveryId = null)
    {
        var before = Cards.Select(c => c.Id).ToHashSet();
        await Web.Inbox!.CommandAsync(Invocation(person, deliveryId) with { Text = text }, CancellationToken.None);
        return (await WhenAsync(cards => cards.LastOrDefault(c => !before.Contains(c.Id)) is { Card.IsSettled: true }))
            .Last(c => !before.Contains(c.Id)).Card;
    }

    public Task<string?> PressAsync(string person, string action) =>
        Web.Inbox!.PressAsync(Invocation(person, null), action, CancellationToken.None);

    /// <summary>The newest state of the card of a change, once it satisfies a condition.</summary>
    public async Task<Card> CardOfChangeAsync(long number, Func<Card, bool> condition)
    {
        bool Match((string Id, Card Card) c) =>
            c.Card.Footer?.StartsWith($"change {number} ", StringComparison.Ordinal) == true && condition(c.Card);
        return (await WhenAsync(cards => cards.Any(Match))).Last(Match).Card;
    }

    public async Task<IReadOnlyList<(string Id, Card Card)>> WhenAsync(Func<IReadOnlyList<(string Id, Card Card)>, bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var changed = Web.After(null, "ops").Changed;
            if (Cards is var cards && condition(cards)) return cards;
            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                var shown = Cards.Select(c => PlainText.Render(c.Card));
                Assert.Fail($"not within {Patience.TotalSeconds} s; shown:\n{string.Join("\n\n", shown)}");
            }
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Invocation Invocation(string person, string? deliveryId) =>
        new(deliveryId ?? $"{_run}-{Interlocked.Increment(ref _deliveries)}", "web", person, person, "ops");
}
