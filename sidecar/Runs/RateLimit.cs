using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Holds a reader to so many bytes a second: whoever has read tells it, and waits as long as it was too fast. Time in which nothing was
/// read is not saved up.
/// </summary>
internal sealed class RateLimit(ByteSize perSecond, TimeProvider time, Action<TimeSpan> wait)
{
    /// <summary>Waiting for less costs more than it slows.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    private readonly long _started = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Null where there is no limit.</summary>
    public static RateLimit? For(ByteSize? perSecond, TimeProvider time, CancellationToken cancellation) => perSecond is { } rate
        ? new(rate, time, duration => cancellation.WaitHandle.WaitOne(duration))
        : null;

    public void Spend(long bytes)
    {
        var now = time.GetElapsedTime(_started);
        _due = (_due > now ? _due : now) + TimeSpan.FromSeconds((double)bytes / perSecond.Bytes);
        if (_due - now > Least)
            wait(_due - now);
    }
}
