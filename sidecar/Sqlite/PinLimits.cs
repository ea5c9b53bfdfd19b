namespace ChatOps.Sidecar.Sqlite;

/// <summary>How long the sidecar may wait for a lock and how long it may hold one; past either it lets go and says so.</summary>
internal sealed record PinLimits(TimeSpan Wait, TimeSpan Hold)
{
    public static readonly PinLimits Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120));

    /// <summary>
    /// How long an index may stay unreadable before everything is let go: a commit leaves it so for microseconds, but after a writer that died
    /// in one the next opener waits for the locks that a pin has.
    /// </summary>
    public static readonly TimeSpan Unreadable = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two tries: a checkpoint lasts milliseconds.</summary>
    public static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(1);
}
