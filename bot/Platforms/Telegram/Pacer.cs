using ChatOps.Bot.Chat;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Lets calls through no faster than Telegram takes them: about one message a second in a chat, 20 a minute in a group, 30 a second in all.
/// Answers and results go before progress, which in a group leaves room for them. What a 429 says is obeyed on top. A call
/// may arrive at any moment until its answer does, so it counts until then and from then on: a slow line must not bring the
/// calls of two seconds together.
/// </summary>
/// <remarks>Source: Telegram Bots FAQ, "My bot is hitting limits, how do I avoid this?".</remarks>
internal sealed class Pacer(TimeProvider time)
{
    /// <summary>So many chats told to wait at once are a limit on all of them; a 429 does not say which it is.</summary>
    private const int ChatsUntilAll = 3;

    private readonly Lock _gate = new();
    private readonly SteadyClock _clock = new(time);
    private readonly Dictionary<long, Lane> _lanes = [];
    private readonly RateWindow _all = new(28, TimeSpan.FromSeconds(1));
    private TimeSpan _quietUntil;

    /// <summary>Completes when one message may be sent or edited in this chat; to be disposed once that is answered.</summary>
    public Task<IDisposable> TurnAsync(long chat, bool urgent, CancellationToken ct)
    {
        var waiter = new Waiter(urgent);
        var registration = ct.Register(() => waiter.Turn.TrySetCanceled(ct));
        _ = waiter.Turn.Task.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
        lock (_gate)
        {
            var lane = LaneOf(chat);
            lane.Waiting.Add(waiter);
            lane.Arrived.TrySetResult();
            if (!lane.Pumping)
            {
                lane.Pumping = true;
                _ = PumpAsync(lane);
            }
        }
        return waiter.Turn.Task;
    }

    /// <summary>Telegram said to wait, in this chat or altogether.</summary>
    public void Hush(long chat, TimeSpan howLong)
    {
        lock (_gate)
        {
            var until = _clock.Now + howLong;
            LaneOf(chat).QuietUntil = until;
            if (_lanes.Values.Count(l => l.QuietUntil > _clock.Now) >= ChatsUntilAll) _quietUntil = Latest(_quietUntil, until);
        }
    }

    private async Task PumpAsync(Lane lane)
    {
        while (true)
        {
            Task arrived;
            TimeSpan wait;
            lock (_gate)
            {
                lane.Waiting.RemoveAll(w => w.Turn.Task.IsCompleted);
                if ((lane.Waiting.Find(w => w.Urgent) ?? lane.Waiting.FirstOrDefault()) is not { } next)
                {
                    lane.Pumping = false;
                    return;
                }
                var now = _clock.Now;
                wait = Latest(lane.FreeAt(now, next.Urgent), _quietUntil, _all.FreeAt(now)) - now;
                if (wait <= TimeSpan.Zero)
                {
                    lane.Waiting.Remove(next);
                    // One cancelled in this moment gives its turn to the next.
                    var turn = new RateTurn(_gate, _clock);
                    if (next.Turn.TrySetResult(turn)) lane.Note(turn, now, next.Urgent, _all);
                    continue;
                }
                if (lane.Arrived.Task.IsCompleted) lane.Arrived = NewSignal();
                arrived = lane.Arrived.Task;
            }
            await arrived.WaitAsync(wait, time).Settled();
        }
    }

    private Lane LaneOf(long chat)
    {
        if (_lanes.TryGetValue(chat, out var lane)) return lane;
        if (_lanes.Count > 5000)
        {
            var now = _clock.Now;
            foreach (var idle in _lanes.Where(l => !l.Value.Pumping && l.Value.FreeAt(now, urgent: false) <= now)
                .Select(l => l.Key).ToList())
            {
                _lanes.Remove(idle);
            }
        }
        return _lanes[chat] = new Lane(isGroup: chat < 0);
    }

    private static TimeSpan Latest(params ReadOnlySpan<TimeSpan> times)
    {
        var latest = times[0];
        foreach (var at in times) latest = at > latest ? at : latest;
        return latest;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Waiter(bool urgent)
    {
        public bool Urgent => urgent;

        public TaskCompletionSource<IDisposable> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>One chat.</summary>
    private sealed class Lane(bool isGroup)
    {
        /// <summary>
        /// How many of a group's 20 a minute progress leaves to answers, and how far apart its own are, so that none waits long.
        /// </summary>
        private const int KeptForAnswers = 4;

        private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(4);
        private TimeSpan _progressFrom;

        public List<Waiter> Waiting { get; } = [];

        public RateWindow Seconds { get; } = new(2, TimeSpan.FromSeconds(2));

        public RateWindow? Minute { get; } = isGroup ? new(19, TimeSpan.FromSeconds(61)) : null;

        public TimeSpan QuietUntil { get; set; }

        public bool Pumping { get; set; }

        public TaskCompletionSource Arrived { get; set; } = NewSignal();

        public TimeSpan FreeAt(TimeSpan now, bool urgent)
        {
            var free = Latest(QuietUntil, Seconds.FreeAt(now), Minute?.FreeAt(now, urgent ? 0 : KeptForAnswers) ?? now);
            return urgent || !isGroup ? free : Latest(free, _progressFrom);
        }

        public void Note(RateTurn turn, TimeSpan now, bool urgent, RateWindow all)
        {
            if (!urgent) _progressFrom = now + BetweenProgress;
            Seconds.Note(turn);
            Minute?.Note(turn);
            all.Note(turn);
        }
    }
}
