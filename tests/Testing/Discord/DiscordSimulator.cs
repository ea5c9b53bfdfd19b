using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>
/// Discord as a bot sees it (Gateway and REST, version 10) and as people see it (this type), in memory, on a free port of the loopback.
/// Written from the public documentation at discord.com/developers/docs; everything may be called from any thread.
/// </summary>
public sealed partial class DiscordSimulator : IAsyncDisposable
{
    /// <summary>How long a test waits for the bot before it gives up; real time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly World _world;
    private readonly FaultPlan<DiscordFault, DiscordCall> _faults = new();
    private readonly GatewayFront _gateway;
    private readonly Front _front;
    private LocalServer? _server;

    private DiscordSimulator(DiscordSimulatorOptions options)
    {
        _world = new(options);
        _gateway = new(_world);
        _front = new(_world, _faults, _gateway);
    }

    /// <summary>Requests go to {Url}api/v10/; GET gateway/bot says where the Gateway is.</summary>
    public Uri Url => _world.Url;

    public string Token => _world.Options.Token;

    /// <summary>Of the bot's user and its application.</summary>
    public ulong BotId => _world.BotId;

    /// <summary>Every request in the order of arrival, refused ones too.</summary>
    public ImmutableList<DiscordCall> Calls => _world.Calls;

    public ImmutableList<DiscordSession> Sessions => _world.Sessions.Seen;

    /// <summary>Every WebSocket there was, also those that never became a session.</summary>
    public ImmutableList<DiscordConnection> Connections => _world.Sessions.Connections;

    /// <summary>What the bot did although it had been told not to: requests too early, a wrong User-Agent, a wrong resume URL.</summary>
    public ImmutableList<string> Violations => _world.Violations;

    /// <summary>Shut out after too many invalid requests ("Rate Limits", Cloudflare bans).</summary>
    public bool Banned => Locked(() => _world.Rates.Banned);

    /// <summary>401, 403 and 429 so far in the present ten minutes.</summary>
    public int InvalidRequests => Locked(() => _world.Rates.InvalidRequests);

    /// <summary>The token was taken away after too many session starts.</summary>
    public bool TokenReset => Locked(() => _world.Sessions.TokenReset);

    /// <summary>A session can take events at this moment.</summary>
    public bool Connected => Sessions.Any(s => s.Connected);

    public static async Task<DiscordSimulator> StartAsync(DiscordSimulatorOptions? options = null)
    {
        var simulator = new DiscordSimulator(options ?? new());
        await simulator.ListenAsync();
        return simulator;
    }

    /// <summary>The commands of a guild, or global ones, as JSON by name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Commands(DiscordGuild? guild = null) => Locked(() =>
        _world.Commands.In(guild?.Id ?? 0).ToDictionary(c => (string)c["name"]!, c => (JsonObject)c.DeepClone()));

    /// <summary>Returns as soon as the condition holds; it is looked at after every change. Real time.</summary>
    public Task WhenAsync(Func<bool> condition, TimeSpan? timeout = null) =>
        _world.Pulse.UntilAsync(condition, timeout ?? Patience, NotSeen);

    /// <summary>The first message of the bot in a channel that answers to the condition, also one that is there already.</summary>
    public async Task<DiscordMessage> MessageAsync(
        DiscordChannel channel, Func<DiscordMessage, bool>? condition = null, TimeSpan? timeout = null)
    {
        DiscordMessage? found = null;
        await WhenAsync(() => (found = channel.FromBot.FirstOrDefault(m => condition?.Invoke(m) ?? true)) is not null, timeout);
        return found!;
    }

    public async ValueTask DisposeAsync() => await StopListeningAsync();

    private TimeoutException NotSeen() =>
        new($"Discord did not see it. Its last calls:\n{string.Join('\n', Calls.TakeLast(12))}\n{string.Join('\n', Connections)}");

    private T Locked<T>(Func<T> read)
    {
        lock (_world.Gate) return read();
    }
}
