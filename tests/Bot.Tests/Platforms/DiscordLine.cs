using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Platforms.Discord;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Discord;
using ChatOps.Values;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The platform alone on the simulator, with an inbox that a test looks into.</summary>
internal sealed class DiscordLine : RecordingInbox, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http;
    private readonly Task _running;

    private DiscordLine(DiscordSimulator simulator, BotSettings settings, TimeProvider time, HttpClient http)
    {
        _http = http;
        var token = new Secret(simulator.Token);
        var api = new DiscordApi(http, simulator.Url, token, new RestLimits(time), time);
        var buttons = new ButtonData(CardEmbed.LongestCustomId);
        Gateway = new Gateway(api, token, time, NullLogger<Gateway>.Instance);
        var handler = new InteractionHandler(
            api, settings, buttons, new AccessRules(settings), () => FakeCommand.Catalog, () => throw new NotSupportedException(), time,
            NullLogger<InteractionHandler>.Instance);
        Platform = new DiscordPlatform(
            api, Gateway, handler, new CommandRegistration(api, () => FakeCommand.Catalog), buttons, settings, Cluster, time,
            NullLogger<DiscordPlatform>.Instance);
        Live = new LiveMessages(new ChatPlatforms([Platform]), time, NullLogger<LiveMessages>.Instance);
        _running = Platform.RunAsync(this, _stopping.Token);
    }

    public Gateway Gateway { get; }

    public DiscordPlatform Platform { get; }

    public LiveMessages Live { get; }

    /// <summary>What the bot asks whether the cluster is there.</summary>
    public IKubernetesClient Cluster { get; } = Substitute.For<IKubernetesClient>();

    /// <summary>Ends once people can be heard.</summary>
    public static async Task<DiscordLine> StartAsync(
        DiscordSimulator simulator, string settings = "enabled: true", TimeProvider? time = null, HttpClient? http = null)
    {
        var line = Start(simulator, settings, time, http);
        await Eventually.TrueAsync("it is connected", () => line.Gateway.Connected
            && (simulator.Commands().Count > 0 || settings.Contains("guild:", StringComparison.Ordinal)));
        return line;
    }

    /// <param name="settings">Lines of the section <c>discord</c>.</param>
    public static DiscordLine Start(
        DiscordSimulator simulator, string settings = "enabled: true", TimeProvider? time = null, HttpClient? http = null)
    {
        var read = TestSettings.Read(
            "shop: { workload: deployment/shop }\nhome: { workload: statefulset/home }",
            with: text => text + $"\ndiscord:\n  {settings.ReplaceLineEndings("\n  ")}\n");
        return new(simulator, read, time ?? TimeProvider.System, http ?? new HttpClient { Timeout = Timeout.InfiniteTimeSpan });
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _http.Dispose();
        _stopping.Dispose();
    }
}
