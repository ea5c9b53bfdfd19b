namespace ChatOps.Testing;

/// <summary>A clock that moves only when a test moves it; timers fire in order as it passes them.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private TimeSpan _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now + _set;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _now.Ticks;
    }

    /// <summary>Sets the time of day forward or back, as NTP or a person does: no time passes, and timers know nothing of it.</summary>
    public void Set(TimeSpan by)
    {
        lock (_gate) _set += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, firing what falls due; what waits for a timer runs before the next one fires.</summary>
    /// <param name="settled">Ends when what a timer woke has done what it does; without it that is given some turns.</param>
    public async Task AdvanceAsync(TimeSpan by, Func<Task>? settled = null)
    {
        settled ??= SettleAsync;
        DateTimeOffset end;
        lock (_gate) end = _now + by;
        while (Next(end) is { } timer)
        {
            timer.Fire();
            await settled();
        }
        lock (_gate) _now = end;
        await settled();
    }

    /// <summary>
    /// Lets what is ready run, and what a full machine interrupted; beside other tests the process may never rest, which is why that is not
    /// waited for long.
    /// </summary>
    private static async Task SettleAsync()
    {
        for (var i = 0; i < 20; i++) await Task.Yield();
        for (var i = 0; i < 10 && !AtRest.IsNow; i++) await Task.Delay(AtRest.Moment, TimeProvider.System);
    }

    private ManualTimer? Next(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(t => t.Due is not null).MinBy(t => t.Due);
            if (next?.Due is not { } due || due > end) return null;
            if (due > _now) _now = due;
            next.Due = next.Period > TimeSpan.Zero ? due + next.Period : null;
            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime < TimeSpan.Zero ? null : time._now + dueTime;
                Period = period < TimeSpan.Zero ? TimeSpan.Zero : period;
                if (!time._timers.Contains(this)) time._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
