using System.Collections.Immutable;
using ChatOps.Testing.Telegram.Server;

namespace ChatOps.Testing.Telegram;

/// <summary>
/// Telegram as a bot sees it (the Bot API over HTTP) and as people see it (this type), in memory, on a free port of the loopback.
/// Written from the public documentation at core.telegram.org/bots/api; everything may be called from any thread.
/// </summary>
public sealed partial class TelegramSimulator : IAsyncDisposable
{
    /// <summary>How long a test waits for the bot before it gives up; real time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly World _world;
    private readonly FaultPlan<TelegramFault, TelegramCall> _faults = new();
    private readonly Front _front;
    private LocalServer? _server;

    private TelegramSimulator(TelegramSimulatorOptions options)
    {
        _world = new(options);
        _front = new(_world, _faults);
    }

    /// <summary>Calls go to {Url}bot{Token}/{method}, downloads to {Url}file/bot{Token}/{file_path}.</summary>
    public Uri Url { get; private set; } = null!;

    public string Token => _world.Options.Token;

    public string BotUsername => _world.Options.BotUsername;

    public long BotId => _world.BotId;

    /// <summary>Every call in the order of arrival, refused ones too.</summary>
    public ImmutableList<TelegramCall> Calls => _world.Calls;

    /// <summary>Every update made for the bot, with what became of it.</summary>
    public IReadOnlyList<TelegramUpdate> Updates => _world.Updates.All;

    /// <summary>sendChatAction: what the chat showed for a moment.</summary>
    public ImmutableList<(TelegramChat Chat, string Action)> ChatActions => _world.Actions;

    /// <summary>Calls made although the bot had been told to wait.</summary>
    public int Violations => Locked(() => _world.Flood.Violations);

    public bool Banned => Locked(() => _world.Flood.Banned);

    /// <summary>A getUpdates is waiting; the clock may be moved to its end.</summary>
    public bool Polled => Locked(() => _world.Updates.Polled);

    /// <summary>How many times the present webhook did not answer 2xx; the pause before the next try has then begun.</summary>
    public int WebhookFailures => Locked(() => _world.Webhook?.Failures ?? 0);

    public static async Task<TelegramSimulator> StartAsync(TelegramSimulatorOptions? options = null)
    {
        var simulator = new TelegramSimulator(options ?? new());
        await simulator.ListenAsync();
        return simulator;
    }

    /// <summary>The commands of one scope, written as "default" or "chat -1001", exactly as set: none are inherited.</summary>
    public IReadOnlyList<(string Command, string Description)> Commands(string scope = "default", string language = "") =>
        Locked(() => _world.Menus.List(scope, language));

    /// <summary>Returns as soon as the condition holds; it is looked at after every change. Real time.</summary>
    public Task WhenAsync(Func<bool> condition, TimeSpan? timeout = null) =>
        _world.Pulse.UntilAsync(condition, timeout ?? Patience, NotSeen);

    /// <summary>The first message of the bot in a chat that answers to the condition, also one that is there already.</summary>
    public async Task<TelegramMessage> MessageAsync(
        TelegramChat chat, Func<TelegramMessage, bool>? condition = null, TimeSpan? timeout = null)
    {
        TelegramMessage? found = null;
        await WhenAsync(() => (found = chat.FromBot.FirstOrDefault(m => condition?.Invoke(m) ?? true)) is not null, timeout);
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_world.Gate)
        {
            _world.Webhook?.Dispose();
            _world.Webhook = null;
        }
        await StopListeningAsync();
    }

    private TimeoutException NotSeen() =>
        new($"Telegram did not see it. Its last calls:\n{string.Join('\n', Calls.TakeLast(12))}");

    private T Locked<T>(Func<T> read)
    {
        lock (_world.Gate) return read();
    }
}
