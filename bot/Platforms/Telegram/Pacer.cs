namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Lets calls through no faster than Telegram takes them: about one message a second in a chat, 20 a minute in a group, 30 a second in all.
/// Answers and results go before progress, which in a group leaves room for them. What a 429 says is obeyed on top.
/// </summary>
/// <remarks>Source: Telegram Bots FAQ, "My bot is hitting limits, how do I avoid this?".</remarks>
internal sealed class Pacer(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Lane> _lanes = [];
    private readonly Window _all = new(28, TimeSpan.FromSeconds(1));
    private DateTimeOffset _quietUntil;

    /// <summary>Completes when one message may be sent or edited in this chat.</summary>
    public Task TurnAsync(long chat, bool urgent, CancellationToken ct)
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

    /// <summary>Telegram said to wait: in one chat, or altogether.</summary>
    public void Hush(long? chat, TimeSpan howLong)
    {
        lock (_gate)
        {
            var until = time.GetUtcNow() + howLong;
            if (chat is { } one) LaneOf(one).QuietUntil = until;
            else _quietUntil = until;
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
                var now = time.GetUtcNow();
                wait = Latest(lane.FreeAt(now, next.Urgent), _quietUntil, _all.FreeAt(now)) - now;
                if (wait <= TimeSpan.Zero)
                {
                    lane.Waiting.Remove(next);
                    // One cancelled in this moment gives its turn to the next.
                    if (next.Turn.TrySetResult()) lane.Note(now, next.Urgent, _all);
                    continue;
                }
                if (lane.Arrived.Task.IsCompleted) lane.Arrived = NewSignal();
                arrived = lane.Arrived.Task;
            }
            using var over = new CancellationTokenSource();
            await Task.WhenAny(arrived, Task.Delay(wait, time, over.Token));
            await over.CancelAsync();
        }
    }

    private Lane LaneOf(long chat)
    {
        if (_lanes.TryGetValue(chat, out var lane)) return lane;
        if (_lanes.Count > 5000)
        {
            var now = time.GetUtcNow();
            foreach (var idle in _lanes.Where(l => !l.Value.Pumping && l.Value.FreeAt(now, urgent: false) <= now).Select(l => l.Key).ToList()) _lanes.Remove(idle);
        }
        return _lanes[chat] = new Lane(isGroup: chat < 0);
    }

    private static DateTimeOffset Latest(params ReadOnlySpan<DateTimeOffset> times)
    {
        var latest = times[0];
        foreach (var at in times) latest = at > latest ? at : latest;
        return latest;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Waiter(bool urgent)
    {
        public bool Urgent => urgent;

        public TaskCompletionSource Turn { get; } = NewSignal();
    }

    /// <summary>One chat.</summary>
    private sealed class Lane(bool isGroup)
    {
        /// <summary>How many of a group's 20 a minute progress leaves to answers, and how far apart its own are, so that none waits long.</summary>
        private const int KeptForAnswers = 4;

        private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(4);
        private DateTimeOffset _progressFrom;

        public List<Waiter> Waiting { get; } = [];

        public Window Seconds { get; } = new(2, TimeSpan.FromSeconds(2));

        public Window? Minute { get; } = isGroup ? new(19, TimeSpan.FromSeconds(61)) : null;

        public DateTimeOffset QuietUntil { get; set; }

        public bool Pumping { get; set; }

        public TaskCompletionSource Arrived { get; set; } = NewSignal();

        public DateTimeOffset FreeAt(DateTimeOffset now, bool urgent)
        {
            var free = Latest(QuietUntil, Seconds.FreeAt(now), Minute?.FreeAt(now, urgent ? 0 : KeptForAnswers) ?? now);
            return urgent || !isGroup ? free : Latest(free, _progressFrom);
        }

        public void Note(DateTimeOffset now, bool urgent, Window all)
        {
            if (!urgent) _progressFrom = now + BetweenProgress;
            Seconds.Note(now);
            Minute?.Note(now);
            all.Note(now);
        }
    }

    /// <summary>At most so many in any span of that length.</summary>
    private sealed class Window(int most, TimeSpan span)
    {
        private readonly Queue<DateTimeOffset> _past = [];

        public void Note(DateTimeOffset now) => _past.Enqueue(now);

        public DateTimeOffset FreeAt(DateTimeOffset now, int kept = 0)
        {
            while (_past.TryPeek(out var oldest) && now - oldest >= span) _past.Dequeue();
            var over = _past.Count - (most - kept);
            return over < 0 ? now : _past.ElementAt(over) + span;
        }
    }
}
