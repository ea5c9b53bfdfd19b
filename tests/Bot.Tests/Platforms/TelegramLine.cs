using ChatOps.Bot.Chat;
using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing.Telegram;
using ChatOps.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The platform alone on the simulator, with an inbox that a test looks into.</summary>
internal sealed class TelegramLine : RecordingInbox, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http;
    private readonly BotApi _api;
    private readonly Task _running;

    private TelegramLine(TelegramSimulator simulator, BotSettings settings, TimeProvider time, HttpClient http)
    {
        _http = http;
        _api = new BotApi(http, simulator.Url, new Secret(simulator.Token), time);
        var (buttons, identity) = (new ButtonData(BotApi.LongestCallbackData), new Identity());
        var source = new UpdateSource(
            _api, settings, new CommandMenu(_api, () => FakeCommand.Catalog), identity, time, NullLogger<UpdateSource>.Instance);
        var handler = new UpdateHandler(_api, settings, buttons, identity, time, NullLogger<UpdateHandler>.Instance);
        Platform = new TelegramPlatform(_api, new Pacer(time), source, handler, buttons, time, NullLogger<TelegramPlatform>.Instance);
        Live = new LiveMessages(new ChatPlatforms([Platform]), time, NullLogger<LiveMessages>.Instance);
        _running = Platform.RunAsync(this, _stopping.Token);
    }

    public TelegramPlatform Platform { get; }

    public LiveMessages Live { get; }

    public static TelegramLine Start(
        TelegramSimulator simulator, BotSettings? settings = null, TimeProvider? time = null, HttpClient? http = null) =>
        new(
            simulator, settings ?? TestSettings.Shop(), time ?? TimeProvider.System,
            http ?? new HttpClient { Timeout = Timeout.InfiniteTimeSpan });

    /// <summary>Settings of the two usual targets, with a section <c>telegram</c> of these lines.</summary>
    public static BotSettings With(string telegram) => TestSettings.Read(
        "shop: { workload: deployment/shop }\nhome: { workload: statefulset/home }",
        with: text => text + $"\ntelegram:\n  {telegram.ReplaceLineEndings("\n  ")}\n");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _http.Dispose();
        _stopping.Dispose();
    }
}
