namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// The bytes SQLite locks, exactly as its files lay them out (sqlite3 os.h, os_unix.c and wal.c; the file format's section 2.3.1).
/// </summary>
internal readonly record struct LockRange(string Name, long Start, long Length)
{
    public static readonly LockRange Pending = new("PENDING", 0x40000000, 1);
    public static readonly LockRange Reserved = new("RESERVED", 0x40000001, 1);
    public static readonly LockRange Shared = new("SHARED", 0x40000002, 510);

    public static readonly LockRange Checkpoint = new("CHECKPOINT", 121, 1);
    public static readonly LockRange DeadMansSwitch = new("DMS", 128, 1);

    /// <summary>READ(4) first: READ(1) is the slot a lone reader of the program itself would use.</summary>
    public static readonly IReadOnlyList<LockRange> ReadSlots =
        [new("READ(4)", 127, 1), new("READ(3)", 126, 1), new("READ(2)", 125, 1), new("READ(1)", 124, 1)];

    /// <summary>A byte SQLite never touches, for the self-test.</summary>
    public static readonly LockRange Probe = new("probe", 0x50000000, 1);
}
