namespace ChatOps.Testing;

/// <summary>The machine's clock, as another machine has it: so much ahead, or behind. Time passes as it does.</summary>
public sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
