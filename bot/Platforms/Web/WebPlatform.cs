using System.Globalization;
using System.Security.Cryptography;
using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Web;

/// <summary>
/// The bot's own page as a chat: messages live in memory and browsers follow them as a stream of numbered events. After a restart the
/// resources bring their messages back under the same ids, which sort by time.
/// </summary>
internal sealed class WebPlatform(TimeProvider time) : IChatPlatform
{
    private const int MostMessages = 200;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, WebMessage> _messages = new(StringComparer.Ordinal);
    private readonly List<WebEvent> _events = [];
    private readonly string _epoch = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private int _counter;

    public string Name => "web";

    /// <summary>Fast enough to look alive, slow enough for a phone.</summary>
    public TimeSpan EditInterval => TimeSpan.FromMilliseconds(200);

    public bool Forgets => true;

    /// <summary>Set once the bot's inbox is ready; until then browsers are told to wait.</summary>
    public IChatInbox? Inbox { get; private set; }

    public async Task RunAsync(IChatInbox inbox, CancellationToken ct)
    {
        Inbox = inbox;
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct).Settled();
    }

    public Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct)
    {
        var id = NewId();
        Put(new WebMessage(id, channel, time.GetUtcNow(), null, null, card));
        return Task.FromResult(new MessageReference(Name, channel, id));
    }

    public Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct)
    {
        Put(new WebMessage(message.Id, message.Channel, TimeOf(message.Id) ?? time.GetUtcNow(), null, null, newest()));
        return Task.CompletedTask;
    }

    /// <summary>Shows what a person typed.</summary>
    public void Say(string channel, string person, string text) =>
        Put(new WebMessage(NewId(), channel, time.GetUtcNow(), person, text, null));

    /// <summary>Whether a message shows a button with this action at this moment.</summary>
    public bool Shows(string messageId, string action)
    {
        lock (_gate) return _messages.TryGetValue(messageId, out var message) && message.Card?.Buttons.Any(b => b.Action == action) == true;
    }

    /// <summary>
    /// The events after a position, and a task that ends with the next one. A position of another run of the bot, or one too old, gets
    /// everything there is, marked as a reset.
    /// </summary>
    public (IReadOnlyList<WebEvent> Events, bool Reset, Task Changed) After(string? position, string channel)
    {
        lock (_gate)
        {
            if (Parse(position) is { } sequence && (_events.Count == 0 ? sequence == _sequence : sequence >= _events[0].Sequence - 1))
                return ([.. _events.Where(e => e.Sequence > sequence && e.Message.Channel == channel)], false, _changed.Task);
            return ([.. _messages.Values.Where(m => m.Channel == channel).Select(m => new WebEvent(_sequence, m))], true, _changed.Task);
        }
    }

    public string Position(long sequence) => string.Create(CultureInfo.InvariantCulture, $"{_epoch}-{sequence}");

    private long? Parse(string? position)
    {
        var parts = position?.Split('-');
        return parts is [var epoch, var number] && epoch == _epoch
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : null;
    }

    private void Put(WebMessage message)
    {
        lock (_gate)
        {
            _messages[message.Id] = message;
            while (_messages.Count > MostMessages) _messages.Remove(_messages.Keys.First());
            _events.Add(new WebEvent(++_sequence, message));
            if (_events.Count > MostMessages * 5) _events.RemoveRange(0, MostMessages);
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    /// <summary>Milliseconds since 1970 as hex, a counter, and chance: sorts by time, across restarts too.</summary>
    private string NewId()
    {
        var counter = Interlocked.Increment(ref _counter) & 0xffff;
        return $"{time.GetUtcNow().ToUnixTimeMilliseconds():x12}-{counter:x4}"
            + $"-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}";
    }

    private static DateTimeOffset? TimeOf(string id) =>
        long.TryParse(id.Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ms)
            && ms is > 0 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : null;
}

/// <summary>One message of the page: either what a person typed, or a card.</summary>
internal sealed record WebMessage(string Id, string Channel, DateTimeOffset At, string? Person, string? Text, Card? Card);

internal sealed record WebEvent(long Sequence, WebMessage Message);
