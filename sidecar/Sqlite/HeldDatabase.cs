using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// One database that can be read as it was at one instant, until it is disposed. Either it is held by a <see cref="Pin"/>, or nobody uses
/// it and <see cref="IsStillTrue"/> proves afterwards that nobody did. Disposing twice is harmless.
/// </summary>
internal abstract class HeldDatabase(DatabaseFile file, SafeFileHandle main, SafeFileHandle? wal) : IDisposable
{
    public DatabaseFile File => file;

    protected SafeFileHandle Main => main;

    protected SafeFileHandle? Wal => wal;

    /// <summary>wal, rollback, or unknown where an encrypted header and absent side files cannot tell.</summary>
    public abstract string JournalMode { get; }

    /// <summary>A program has the database open.</summary>
    public abstract bool IsLive { get; }

    /// <summary>Its locks could make a program wait, so it is copied before the others and let go at once.</summary>
    public virtual bool IsUrgent => false;

    /// <summary>Nothing holds it still.</summary>
    public virtual bool IsUnheld => false;

    /// <summary>Bytes of its WAL at this moment.</summary>
    public long WalLength => wal is null ? 0 : RandomAccess.GetLength(wal);

    /// <summary>A rollback journal that belongs to the image and must be archived beside it.</summary>
    public virtual SafeFileHandle? HotJournal => null;

    /// <summary>That journal whole; null when there is none.</summary>
    public byte[]? ReadHotJournal()
    {
        if (HotJournal is not { } journal)
            return null;
        var bytes = new byte[RandomAccess.GetLength(journal)];
        return bytes[..WalFile.ReadFully(journal, bytes, 0)];
    }

    /// <summary>What moves with every commit, for the cut; null while it cannot be read this instant.</summary>
    public abstract CutMark? ReadMark();

    /// <summary>The database as of that mark.</summary>
    public abstract DatabaseImage ImageAt(CutMark mark);

    /// <summary>After the copy: it shows one committed state and nothing newer. False: take it again.</summary>
    public abstract bool IsStillTrue();

    public virtual void Dispose()
    {
        main.Dispose();
        wal?.Dispose();
    }

    protected static bool IsAt(SafeFileHandle open, string path) =>
        FileState.Find(path) is { } there && there.IsSameFile(FileState.Of(open));

    protected FaultException Unreadable(string what) => new(new Fault(
        "DatabaseUnreadable", $"copying {file}: {what}", "Run the snapshot again; if it fails every time, the database itself is damaged"));
}

/// <summary>Where a database stood when it was looked at: two equal marks mean nothing was committed between.</summary>
internal readonly record struct CutMark(WalIndexHeader Index);
