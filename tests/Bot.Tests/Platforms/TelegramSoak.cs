using System.Collections.Concurrent;
using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Dispatch;
using ChatOps.Testing;
using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>
/// Many people in many chats who type and press for a long time, all in simulated time, with a bot that answers as the dispatcher does:
/// acknowledge, work, show how it ended. Calm alternates with storms in which everything fails at random.
/// </summary>
internal sealed class TelegramSoak : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long after a storm its backlog may still be felt: of 20 calls a second that pile up for 16 s and the longest pause,
    /// Telegram takes 28.
    /// </summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(55);

    private readonly Random _random;
    private readonly ManualTime _time;
    private readonly Traffic _traffic = new();
    private readonly TelegramSimulator _telegram;
    private TelegramLine _line = null!;
    private readonly TelegramStorms _storms;
    private readonly RecentDeliveries _recent;
    private readonly List<Room> _rooms;
    private readonly List<(int Number, Room Room, DateTimeOffset At)> _typed = [];
    private readonly List<(TelegramPress Press, bool Slow)> _pressed = [];
    private readonly ConcurrentDictionary<string, int> _effects = new();
    private readonly ConcurrentDictionary<int, bool> _ended = new();

    private TelegramSoak(int seed, bool losesEdits, ManualTime time, TelegramSimulator telegram)
    {
        (_random, _time, _telegram) = (new Random(seed), time, telegram);
        _recent = new RecentDeliveries(time);
        _rooms = [.. Rooms()];
        _storms = new TelegramStorms(_random, telegram, SettledAsync, time, losesEdits);
    }

    public TelegramSimulator Telegram => _telegram;

    public int Storms => _storms.Past.Count;

    /// <summary>What did not have its effect exactly once, by command and by press.</summary>
    public IEnumerable<string> NotOnce => _typed.Select(t => $"run {t.Number}")
        .Concat(_pressed.Select(p => $"telegram:press:{p.Press.QueryId}"))
        .Where(id => _effects.GetValueOrDefault(id) != 1);

    public int Effects => _effects.Values.Sum();

    /// <summary>
    /// Presses far enough from a storm: Telegram takes an answer for 15 s, and a storm with the longest pause after it lasts longer.
    /// </summary>
    public IEnumerable<string> NotAnswered => _pressed
        .Where(p => !p.Press.Answered && !_storms.Touch(p.Press.At, p.Press.At + TimeSpan.FromSeconds(2)))
        .Select(p => Story(p.Press));

    /// <summary>Commands that are not shown by exactly one message in its final state.</summary>
    public IEnumerable<string> NotShown() => _typed.GroupBy(t => t.Room.Chat).SelectMany(chat =>
    {
        var shown = chat.Key.FromBot.ToLookup(m => m.Text);
        return chat
            .Where(t => shown[Ended(t.Number)].Count() != 1
                || chat.Key.FromBot.Count(m => m.Text.Contains($"run {t.Number}\n", StringComparison.Ordinal)) != 1)
            .Select(t => $"run {t.Number} in {chat.Key}");
    });

    /// <summary>What the bot said, which must be one message for each command and for each press that took long.</summary>
    public int Said => _rooms.Select(r => r.Chat).Distinct().Sum(c => c.FromBot.Count());

    public int Wanted => _typed.Count + _pressed.Count(p => p.Slow);

    /// <summary>From said to acknowledged, in order, for what was said far from any storm.</summary>
    public IReadOnlyList<TimeSpan> CalmWaits()
    {
        var seen = _rooms.Select(r => r.Chat).Distinct().SelectMany(c => c.FromBot).ToLookup(m => m.Text, m => m.Date);
        return [.. _typed.Where(t => !_storms.Touch(t.At - Aftermath, t.At + TimeSpan.FromSeconds(2)))
            .Select(t => seen[Ended(t.Number)].Single() - t.At).Order()];
    }

    public static async Task<TelegramSoak> StartAsync(int seed, bool losesEdits)
    {
        var time = new ManualTime();
        var telegram = await TelegramSimulator.StartAsync(new() { Time = time });
        return new(seed, losesEdits, time, telegram);
    }

    public async Task RunAsync(int updates)
    {
        _line = await _traffic.StartAsync(() => TelegramLine.Start(_telegram, time: _time, http: _traffic.NewClient()));
        (_line.OnTyped, _line.OnPressed) = (TypedAsync, PressedAsync);
        for (var ready = false; !ready; ready = _telegram.Polled) await StepAsync();
        while (_typed.Count + _pressed.Count < updates)
        {
            await _storms.StepAsync();
            // A tenth of a second in which none, one or two speak: ten updates a second, of which eight are answered by two messages each.
            for (var speaking = _random.Next(3); speaking > 0; speaking--) Speak();
            await StepAsync();
        }
        await _storms.EndAsync();
        var patience = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
        while (!AllEnded() && _time.GetUtcNow() < patience) await StepAsync();
        for (var i = 0; i < 50; i++) await StepAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        await _telegram.DisposeAsync();
    }

    /// <summary>How it came that a press was not answered: the storms around it, the polls, and what was tried.</summary>
    private string Story(TelegramPress press)
    {
        var (from, to) = (press.At - TimeSpan.FromSeconds(20), press.At + TimeSpan.FromSeconds(20));
        var storms = _storms.Past.Where(s => s.From < to && from < s.To).Select(s => $"storm {s.From:HH:mm:ss.f} to {s.To:HH:mm:ss.f}");
        var calls = _telegram.Calls.Where(c => from < c.At && c.At < to
            && (c["callback_query_id"] == press.QueryId || c.Method == "getUpdates"));
        return string.Join("\n  ", calls.Select(c => $"{c}").Prepend($"press {press.QueryId} at {press.At:HH:mm:ss.f}").Concat(storms));
    }

    private bool AllEnded() => _ended.Count == _typed.Count && !NotAnswered.Any() && _effects.Count == _typed.Count + _pressed.Count;

    private Task SettledAsync() => _traffic.SettledAsync(() => _telegram.Polled ? 1 : 0);

    private async Task StepAsync()
    {
        await SettledAsync();
        await _time.AdvanceAsync(Step, SettledAsync);
    }

    /// <summary>Somebody types or presses in a chat that has had time to be answered.</summary>
    private void Speak()
    {
        var now = _time.GetUtcNow();
        var room = _rooms[_random.Next(_rooms.Count)];
        while (now < room.FreeAt) room = _rooms[_random.Next(_rooms.Count)];
        foreach (var same in _rooms.Where(r => r.Chat == room.Chat))
            same.FreeAt = now + (room.Chat.IsPrivate ? TimeSpan.FromSeconds(4) : TimeSpan.FromSeconds(10));
        var person = room.Chat.Members[_random.Next(room.Chat.Members.Count)];
        if (_random.Next(4) == 0 && room.Shown is { } shown)
        {
            var slow = _random.Next(10) == 0;
            _pressed.Add((_telegram.Press(person, room.Chat.FromBot.First(m => m.Id == shown), slow ? "slow" : "fast"), slow));
            return;
        }
        var number = _typed.Count;
        _typed.Add((number, room, now));
        _telegram.Say(person, room.Chat, $"/run {number}", room.Topic);
        if (_random.Next(50) == 0) _telegram.Resend(_telegram.Updates[^_random.Next(1, Math.Min(50, number + 2))]);
    }

    private async Task TypedAsync(Invocation invocation)
    {
        if (!_recent.IsFirst(invocation.Id)) return;
        var number = int.Parse(invocation.Text.Split(' ')[1], CultureInfo.InvariantCulture);
        var message = await _line.Platform.SendAsync(
            invocation.Channel, new Card(CardState.Working, $"run {number}"), CancellationToken.None);
        if (number % 3 == 0) await Task.Delay(TimeSpan.FromMilliseconds(number % 1000), _time);
        _effects.AddOrUpdate($"run {number}", 1, (_, times) => times + 1);
        var card = new Card(CardState.Succeeded, $"run {number}")
        {
            Lines = ["done"],
            Buttons = [new("fast", "fast"), new("slow", "slow")]
        };
        _line.Live.Show(message, card, () =>
        {
            _ended[number] = true;
            _rooms.Find(r => r.Channel == message.Channel)!.Shown = long.Parse(message.Id, CultureInfo.InvariantCulture);
        });
    }

    private async Task<string?> PressedAsync(Invocation invocation)
    {
        if (!_recent.IsFirst(invocation.Id)) return null;
        _effects.AddOrUpdate(invocation.Id, 1, (_, times) => times + 1);
        if (_line.Pressed.Last(p => p.Invocation.Id == invocation.Id).Action == "slow") await Task.Delay(TimeSpan.FromSeconds(2), _time);
        return "counted";
    }

    private static string Ended(int number) => $"✅ run {number}\ndone";

    private IEnumerable<Room> Rooms()
    {
        var people = Enumerable.Range(0, 300).Select(i => _telegram.AddPerson($"Person {i}", $"person{i}")).ToArray();
        foreach (var person in people) yield return new Room(_telegram.OpenPrivateChat(person), null);
        for (var i = 0; i < 3; i++) yield return new Room(_telegram.AddGroup($"group {i}", people[(i * 10)..(i * 10 + 10)]), null);
        var forum = _telegram.AddForum("forum", null, people[50..80]);
        for (var i = 0; i < 3; i++) yield return new Room(forum, _telegram.AddTopic(forum, people[50], $"topic {i}"));
    }

    /// <summary>A chat, or one topic of it.</summary>
    private sealed class Room(TelegramChat chat, TelegramTopic? topic)
    {
        public TelegramChat Chat => chat;

        public TelegramTopic? Topic => topic;

        public string Channel { get; } = topic is null ? $"{chat.Id}" : $"{chat.Id}/{topic.ThreadId}";

        public DateTimeOffset FreeAt { get; set; }

        /// <summary>A message with buttons that can be pressed.</summary>
        public long? Shown { get; set; }
    }
}
