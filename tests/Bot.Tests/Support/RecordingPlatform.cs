using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Support;

/// <summary>A chat that keeps what its messages show, and can be away. It stands where Telegram would.</summary>
internal sealed class RecordingPlatform : IChatPlatform
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ShownMessage> _messages = [];
    private long _sent;

    public string Name { get; init; } = "telegram";

    public TimeSpan EditInterval => TimeSpan.FromSeconds(1);

    public bool Forgets => false;

    /// <summary>Takes nothing while it is true.</summary>
    public bool Away { get; set; }

    /// <summary>Set once people are heard.</summary>
    public IChatInbox? Inbox { get; private set; }

    /// <summary>Messages ever sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Told of every state of every message, in order.</summary>
    public Action<ShownMessage> OnShown { get; set; } = _ => { };

    public Task RunAsync(IChatInbox inbox, CancellationToken ct)
    {
        Inbox = inbox;
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct) => AddAsync(channel, card, null);

    public Task<MessageReference> AnswerAsync(Invocation invocation, Card card, bool alone, CancellationToken ct) =>
        AddAsync(invocation.Channel, card, invocation.Text);

    public Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct)
    {
        if (Away) throw new PlatformException("away", retry: true);
        lock (_gate)
        {
            var shown = _messages.GetValueOrDefault(message.Id) ?? throw new PlatformException("no such message", retry: false);
            shown.Card = newest();
            OnShown(shown);
        }
        return Task.CompletedTask;
    }

    /// <summary>Everything shown now, in the order it was sent.</summary>
    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (_gate) return [.. _messages.Values];
        }
    }

    /// <summary>As a person clears a chat: an edit of it would be refused from now on.</summary>
    public void Delete(ShownMessage message)
    {
        lock (_gate) _messages.Remove(message.Id);
    }

    private Task<MessageReference> AddAsync(string channel, Card card, string? asked)
    {
        if (Away) throw new PlatformException("away", retry: true);
        lock (_gate)
        {
            var id = Interlocked.Increment(ref _sent).ToString(CultureInfo.InvariantCulture);
            OnShown(_messages[id] = new ShownMessage(id, asked) { Card = card });
            return Task.FromResult(new MessageReference(Name, channel, id));
        }
    }
}

/// <summary>One message and what it shows now.</summary>
/// <param name="Asked">The line it answers; null when nobody asked for it.</param>
internal sealed record ShownMessage(string Id, string? Asked)
{
    public required Card Card { get; set; }

    /// <summary>Nothing more is expected of it, from the bot or from people.</summary>
    public bool IsOver => Card.State is not (CardState.Working or CardState.Waiting);

    /// <summary>The Snapshot it shows: cards of snapshots end with its name.</summary>
    public string? Snapshot => Card.Footer?.Split(" · ") is [var by, .., var name]
        && (by.StartsWith("asked by ", StringComparison.Ordinal) || by.StartsWith("schedule ", StringComparison.Ordinal)) ? name : null;

    /// <summary>The number of the Change it shows.</summary>
    public long? Change => Card.Footer?.StartsWith("change ", StringComparison.Ordinal) == true
        ? long.Parse(Card.Footer.Split(' ')[1], CultureInfo.InvariantCulture)
        : null;
}
