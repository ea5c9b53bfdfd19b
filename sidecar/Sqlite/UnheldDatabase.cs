using ChatOps.Sidecar.Posix;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// A database read as it lies, because it could not be held still and somebody said to copy it all the same. What it shows is at best what
/// a crash would have left, and at worst pages of two moments: only a walk of its trees tells.
/// </summary>
internal sealed class UnheldDatabase : HeldDatabase
{
    private readonly WalWalk? _walk;

    private UnheldDatabase(DatabaseFile file, SafeFileHandle main, SafeFileHandle? wal) : base(file, main, wal) =>
        _walk = wal is null ? null : WalFile.Walk(wal);

    public override string JournalMode => Wal is null ? "unknown" : "wal";

    public override bool IsLive => true;

    public override bool IsUnheld => true;

    /// <summary>Null when the file is gone.</summary>
    public static UnheldDatabase? Open(DatabaseFile file) =>
        PosixFile.TryOpen(null, file.Main) is { } main ? new(file, main, PosixFile.TryOpen(null, file.Wal)) : null;

    public override CutMark? ReadMark() => default(CutMark);

    public override DatabaseImage ImageAt(CutMark mark) => new(Main, RandomAccess.GetLength(Main), Wal, _walk);

    public override bool IsStillTrue() => true;
}
