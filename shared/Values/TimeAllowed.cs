namespace ChatOps.Values;

/// <summary>
/// How much is left of the time something may take. What passes here is measured by a steady clock; what had passed before is what the
/// clock of another machine said, which may be another, so that half of the time is left at least.
/// </summary>
public sealed class TimeAllowed(DateTimeOffset begun, TimeProvider time)
{
    private readonly TimeSpan _before = time.GetUtcNow() - begun;
    private readonly SteadyClock _here = new(time);

    /// <summary>As it was written down then.</summary>
    public DateTimeOffset Begun => begun;

    /// <summary>Zero or less once it is over.</summary>
    public TimeSpan Left(TimeSpan within)
    {
        var before = _before < TimeSpan.Zero ? TimeSpan.Zero : _before > within / 2 ? within / 2 : _before;
        return within - before - _here.Now;
    }
}
