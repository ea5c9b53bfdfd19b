namespace ChatOps.Values;

/// <summary>
/// Tells how far apart two moments are, whatever is done to the machine's clock in between: the time of day jumps when somebody, or NTP,
/// sets it right.
/// </summary>
public sealed class SteadyClock(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>Since this clock was made.</summary>
    public TimeSpan Now => time.GetElapsedTime(_began);
}
