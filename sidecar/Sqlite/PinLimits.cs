using ChatOps.Values;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>What is done about a rollback-journal database that does not fall quiet by itself.</summary>
internal enum JournalRule
{
    /// <summary>Its writer waits for as long as the copy lasts.</summary>
    Brief,

    /// <summary>It is left out and listed.</summary>
    Skip,

    /// <summary>The snapshot fails.</summary>
    Fail,
}

/// <summary>What is done about a database that a program holds exclusively for longer than a commit takes.</summary>
internal enum LockedRule
{
    /// <summary>It is read as it lies and believed when nothing about it changed meanwhile; else it is left out and listed.</summary>
    Idle,

    /// <summary>It is copied as it lies, and that is said of it.</summary>
    Copy,

    /// <summary>The snapshot fails.</summary>
    Fail,
}

/// <summary>
/// How long the sidecar may wait for a lock and how long it may hold one, and what it does when that is not enough: unless told otherwise
/// it lets go and says so.
/// </summary>
internal sealed record PinLimits(TimeSpan Wait, TimeSpan Hold)
{
    public static readonly PinLimits Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120));

    /// <summary>
    /// How long an index may stay unreadable before everything is let go: a commit leaves it so for microseconds, but after a writer that
    /// died in one the next opener waits for the locks that a pin has.
    /// </summary>
    public static readonly TimeSpan Unreadable = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two tries: a checkpoint lasts milliseconds.</summary>
    public static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(1);

    /// <summary>A home with less than this free is not made to hold a growing WAL.</summary>
    public static readonly ByteSize LeastFree = ByteSize.FromMegabytes(64);

    /// <summary>How much a WAL may grow meanwhile: as long as it is held, no checkpoint makes it small again.</summary>
    public ByteSize WalGrowth { get; init; } = ByteSize.FromMegabytes(1000);

    public JournalRule Journal { get; init; } = JournalRule.Brief;

    public LockedRule Locked { get; init; }

    /// <summary>Locks mean nothing here, so none is taken and every database is copied as it lies.</summary>
    public bool WithoutLocks { get; init; }
}
