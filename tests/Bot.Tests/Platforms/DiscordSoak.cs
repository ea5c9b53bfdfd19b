using System.Collections.Concurrent;
using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Dispatch;
using ChatOps.Testing;
using ChatOps.Testing.Discord;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>
/// Many people in many channels who use commands and press for a long time, all in simulated time, with a bot that answers as the
/// dispatcher does. Calm alternates with storms in which everything fails at random.
/// </summary>
internal sealed class DiscordSoak : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Opening = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>How long after a storm its backlog may still be felt.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(30);

    private readonly Random _random;
    private readonly ManualTime _time;
    private readonly Traffic _traffic = new();
    private readonly DiscordSimulator _discord;
    private readonly RecentDeliveries _recent;
    private readonly DiscordStorms _storms;
    private readonly List<Room> _rooms;
    private readonly List<(int Number, Room Room, DiscordInteraction Asked)> _typed = [];
    private readonly List<DiscordInteraction> _pressed = [];
    private readonly ConcurrentDictionary<string, int> _effects = new();
    private readonly ConcurrentDictionary<int, bool> _ended = new();
    private DiscordLine _line = null!;

    private DiscordSoak(int seed, ManualTime time, DiscordSimulator discord)
    {
        (_random, _time, _discord) = (new Random(seed), time, discord);
        _recent = new RecentDeliveries(time);
        _storms = new DiscordStorms(_random, discord, time);
        _rooms = [.. Rooms()];
    }

    public DiscordSimulator Discord => _discord;

    public int Storms => _storms.Past.Count;

    public int Asked => _typed.Count + _pressed.Count;

    private IEnumerable<DiscordInteraction> All => _typed.Select(t => t.Asked).Concat(_pressed);

    public IEnumerable<string> Twice => _effects.Where(e => e.Value > 1).Select(e => e.Key);

    /// <summary>What had no effect; Discord lost its event with the session, and its person was told so.</summary>
    public IReadOnlyList<DiscordInteraction> Lost => [.. All.Where(i => !_effects.ContainsKey(Key(i)))];

    /// <summary>What had no effect though no session ended near it, or whose person was not told.</summary>
    public IEnumerable<string> LostForNoReason => Lost
        .Where(i => i.Failure is null || !_storms.Touch(i.At - Aftermath, i.At + Step))
        .Select(i => $"{i.At:mm:ss.f} {i}");

    /// <summary>What failed in people's eyes though there was no storm.</summary>
    public IEnumerable<string> FailedInCalm => All.Where(i => i.Failure is not null && IsCalm(i)).Select(i => $"{i.At:mm:ss.f} {i}");

    /// <summary>Commands with an effect that are not shown by exactly one message in its final state.</summary>
    public IEnumerable<string> NotShown() => _typed.Where(t => _effects.ContainsKey(Key(t.Asked))).Select(t => (t.Number, t.Asked,
            Shown: t.Room.Channel.FromBot.Where(m => m.Text == $"✅ run {t.Number}\ndone" || m.Text == $"⏳ run {t.Number}").ToList()))
        .Where(t => t.Shown is not [{ Text: ['✅', ..] }]).Select(t => $"run {t.Number} {string.Join('|', t.Shown)} {t.Asked}");

    /// <summary>From asked to acknowledged, in order, for what was asked far from any storm.</summary>
    public IReadOnlyList<TimeSpan> CalmWaits() => [.. All.Where(IsCalm).Select(i => i.AcknowledgedAt!.Value - i.At).Order()];

    public static async Task<DiscordSoak> StartAsync(int seed)
    {
        var time = new ManualTime();
        // A day's thousand sessions are for bots that do not begin one in every storm.
        return new(seed, time, await DiscordSimulator.StartAsync(new() { Time = time }));
    }

    public async Task RunAsync(int interactions)
    {
        _line = await _traffic.StartAsync(() => DiscordLine.Start(_discord, time: _time, http: _traffic.NewClient()));
        (_line.OnTyped, _line.OnPressed) = (TypedAsync, PressedAsync);
        while (!_line.Gateway.Connected || _discord.Commands().Count == 0) await StepAsync();
        while (Asked < interactions)
        {
            await _storms.StepAsync();
            for (var speaking = _random.Next(3); speaking > 0; speaking--) Speak();
            await StepAsync();
        }
        await _storms.EndAsync();
        var patience = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
        while (!AllEnded() && _time.GetUtcNow() < patience) await StepAsync();
        for (var i = 0; i < 100; i++) await StepAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        await _discord.DisposeAsync();
    }

    private bool AllEnded() =>
        _typed.TrueForAll(t => _ended.ContainsKey(t.Number) || t.Asked.Failure is not null && !_effects.ContainsKey(Key(t.Asked)));

    private bool IsCalm(DiscordInteraction asked) => !_storms.Touch(asked.At - Aftermath, asked.At + TimeSpan.FromSeconds(4));

    private async Task StepAsync()
    {
        await SettledAsync();
        await _time.AdvanceAsync(Step, SettledAsync);
    }

    private async Task SettledAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        await _traffic.SettledAsync(() => 0, () => EventOnItsWay() && TimeProvider.System.GetElapsedTime(began) < Patience);
        // Opening a connection takes real time, of which the simulated clock must not make minutes.
        if (!_line.Gateway.Connected) await Task.Delay(Opening, TimeProvider.System);
    }

    private bool EventOnItsWay() =>
        _line.Gateway.Connected && _discord.Sessions is [.., { Connected: true } last] && _line.Gateway.Sequence < last.Sequence;

    /// <summary>Somebody uses a command or presses in a channel that has had time to be answered.</summary>
    private void Speak()
    {
        var now = _time.GetUtcNow();
        var room = _rooms[_random.Next(_rooms.Count)];
        while (now < room.FreeAt) room = _rooms[_random.Next(_rooms.Count)];
        room.FreeAt = now + TimeSpan.FromSeconds(3);
        if (_random.Next(4) == 0 && room.Shown is { } shown)
        {
            _pressed.Add(_discord.Press(
                room.Person, room.Channel.FromBot.First(m => $"{m.Id}" == shown), _random.Next(10) == 0 ? "slow" : "fast"));
            return;
        }
        var number = _typed.Count;
        _typed.Add((number, room, _discord.Invoke(room.Person, room.Channel, "run", ("number", (long)number))));
        if (_random.Next(50) == 0)
            _discord.Resend(_typed[^_random.Next(1, Math.Min(50, number + 2))].Asked, withOldSequence: _random.Next(2) == 0);
    }

    private async Task TypedAsync(Invocation invocation)
    {
        if (!_recent.IsFirst(invocation.Id)) return;
        var number = int.Parse(invocation.Text.Split(' ')[1], CultureInfo.InvariantCulture);
        var message = await _line.Platform.AnswerAsync(
            invocation, new Card(CardState.Working, $"run {number}"), alone: false, CancellationToken.None);
        if (number % 3 == 0) await Task.Delay(TimeSpan.FromMilliseconds(number % 2000), _time);
        _effects.AddOrUpdate(invocation.Id, 1, (_, times) => times + 1);
        var card = new Card(CardState.Succeeded, $"run {number}")
        {
            Lines = ["done"],
            Buttons = [new("fast", "fast"), new("slow", "slow")]
        };
        _line.Live.Show(message, card, () =>
        {
            _ended[number] = true;
            _rooms.Find(r => $"{r.Channel.Id}" == message.Channel)!.Shown = message.Id;
        });
    }

    private async Task<string?> PressedAsync(Invocation invocation)
    {
        if (!_recent.IsFirst(invocation.Id)) return null;
        _effects.AddOrUpdate(invocation.Id, 1, (_, times) => times + 1);
        if (_line.Pressed.Last(p => p.Invocation.Id == invocation.Id).Action == "slow") await Task.Delay(TimeSpan.FromSeconds(2), _time);
        return "counted";
    }

    private static string Key(DiscordInteraction asked) => $"discord:{asked.Id}";

    private IEnumerable<Room> Rooms()
    {
        var guild = _discord.AddGuild("team");
        foreach (var i in Enumerable.Range(0, 200))
        {
            var person = _discord.AddPerson($"person{i}", guild);
            yield return new Room(person, i % 4 == 0 ? _discord.AddTextChannel(guild, $"channel-{i}") : _discord.OpenDirectMessage(person));
        }
    }

    private sealed class Room(DiscordPerson person, DiscordChannel channel)
    {
        public DiscordPerson Person => person;

        public DiscordChannel Channel => channel;

        public DateTimeOffset FreeAt { get; set; }

        /// <summary>A message with buttons that can be pressed.</summary>
        public string? Shown { get; set; }
    }
}
