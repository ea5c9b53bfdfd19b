namespace ChatOps.Sidecar.Sqlite;

/// <summary>How long the sidecar may wait for a lock and how long it may hold one; past either it lets go and says so.</summary>
internal sealed record PinLimits(TimeSpan Wait, TimeSpan Hold)
{
    public static readonly PinLimits Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120));

    /// <summary>Between two tries: a checkpoint lasts milliseconds.</summary>
    public static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(1);
}
