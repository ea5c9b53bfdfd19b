namespace ChatOps.Testing;

/// <summary>A clock that moves only when a test moves it; timers fire in order as it passes them.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, firing what falls due; what waits for a timer runs before the next one fires.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (Next(end) is { } timer)
        {
            timer.Fire();
            await SettleAsync();
        }
        lock (_gate) _now = end;
        await SettleAsync();
    }

    /// <summary>Lets continuations that are ready run; there is no clock in it.</summary>
    private static async Task SettleAsync()
    {
        for (var i = 0; i < 20; i++) await Task.Yield();
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
