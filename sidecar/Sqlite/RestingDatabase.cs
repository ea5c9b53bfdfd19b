using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// A database nobody has open in WAL mode: closed, left behind by a crash, or in rollback-journal mode. It is read without holding
/// anybody up and believed only when nothing about its files changed meanwhile. When that keeps failing, a rollback-journal database is
/// read under a brief SHARED lock, which makes a committer wait. One that a program holds exclusively for its whole life is read so, too,
/// while that program rests.
/// </summary>
internal sealed class RestingDatabase : HeldDatabase
{
    /// <summary>File times move in steps of the kernel's tick: a file touched more recently could change without showing it.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a rollback-journal database is waited for to fall quiet before its writer is made to wait instead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>The kind of the fault that says a rollback-journal database did not fall quiet and its writer is not to wait.</summary>
    public const string Busy = "DatabaseBusy";

    private readonly FileState _main;
    private readonly FileState? _wal, _journal;
    private readonly bool _shared, _exclusive;
    private readonly WalWalk? _walk;

    private RestingDatabase(
        DatabaseFile file, SafeFileHandle main, SafeFileHandle? wal, SafeFileHandle? journal, bool shared, bool exclusive = false)
        : base(file, main, wal)
    {
        (HotJournal, _shared, _exclusive) = (journal, shared, exclusive);
        _main = FileState.Of(main);
        _wal = wal is null ? null : FileState.Of(wal);
        _journal = FileState.Find(file.Journal);
        _walk = wal is null ? null : WalFile.Walk(wal);
    }

    public override SafeFileHandle? HotJournal { get; }

    public override bool IsLive => false;

    public override bool IsUrgent => _shared;

    public override string JournalMode =>
        Wal is not null ? "wal" : _journal is not null ? "rollback" : WriteVersion() switch { 1 => "rollback", 2 => "wal", _ => "unknown" };

    /// <summary>
    /// Null when the file is gone or a program has it open in WAL mode by now, which is for the pin: what such a program has written to the
    /// WAL may not be committed yet. With <paramref name="insist"/>, or after a while in vain, the SHARED lock is taken and waited for.
    /// </summary>
    public static async Task<RestingDatabase?> OpenAsync(
        DatabaseFile file, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (PosixFile.TryOpen(null, file.Main) is { } main)
        {
            var wal = PosixFile.TryOpen(null, file.Wal);
            var waited = time.GetElapsedTime(started);
            var mayShare = limits.Journal == JournalRule.Brief;
            var reason = TryHold(file, main, wal, mayShare && (insist || waited > Patience), time, out var held);
            var live = Pin.IsUsed(file);
            if (held is not null && !live)
                return held;
            held?.Dispose();
            main.Dispose();
            wal?.Dispose();
            if (live)
                return null;
            if (waited > limits.Wait)
                throw wal is null && !mayShare ? StaysBusy(file, limits) : Pin.Locked(file, reason, limits);
            await Task.Delay(PinLimits.RetryEvery, time, cancellation);
        }
        return null;
    }

    /// <summary>Those that are held exclusively whenever they are looked at, for longer than a commit takes.</summary>
    public static async Task<IReadOnlyList<DatabaseFile>> FindExclusiveAsync(
        IEnumerable<DatabaseFile> files, TimeProvider time, CancellationToken cancellation)
    {
        var (started, found) = (time.GetTimestamp(), files.Where(IsHeldExclusively).ToList());
        while (found.Count > 0 && time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Tick, time, cancellation);
            found.RemoveAll(file => !IsHeldExclusively(file));
        }
        return found;
    }

    public static bool IsHeldExclusively(DatabaseFile file)
    {
        try
        {
            using var main = PosixFile.TryOpen(null, file.Main);
            return main is not null && ReadLocks.IsExclusive(main, LockRange.Shared);
        }
        catch (PosixException)
        {
            // Whoever goes to hold it will say so.
            return false;
        }
    }

    /// <summary>
    /// A database held exclusively, at a moment when its program rests; null when it does not before <paramref name="until"/>, lets it go,
    /// or it is gone.
    /// </summary>
    public static async Task<RestingDatabase?> OpenExclusiveAsync(
        DatabaseFile file, long until, TimeProvider time, CancellationToken cancellation)
    {
        while (IsHeldExclusively(file) && time.GetTimestamp() < until && PosixFile.TryOpen(null, file.Main) is { } main)
        {
            var resting = new RestingDatabase(file, main, PosixFile.TryOpen(null, file.Wal), null, shared: false, exclusive: true);
            if (!IsTooRecent(main, time) && (resting.Wal is null || !IsTooRecent(resting.Wal, time)) && !HasLiveJournal(file))
                return resting;
            resting.Dispose();
            await Task.Delay(Tick, time, cancellation);
        }
        return null;
    }

    private static FaultException StaysBusy(DatabaseFile file, PinLimits limits) => new(new Fault(
        Busy, $"copying {file}: it was written all the time for {limits.Wait.TotalSeconds:0.#} s, and its writer is not to wait",
        "Say --journal-databases brief, and its writer waits for as long as the copy lasts, or skip to leave it out"));

    public override CutMark? ReadMark() => default(CutMark);

    public override DatabaseImage ImageAt(CutMark mark) => new(Main, _main.Size, Wal, _walk);

    public override bool IsStillTrue() =>
        IsUnchanged(File.Main, _main) && IsUnchanged(File.Wal, _wal) && (_shared || IsUnchanged(File.Journal, _journal))
            && (_shared || _exclusive || !IsBeingWritten(Main));

    public override void Dispose()
    {
        HotJournal?.Dispose();
        base.Dispose();
    }

    private static string TryHold(
        DatabaseFile file, SafeFileHandle main, SafeFileHandle? wal, bool insist, TimeProvider time, out RestingDatabase? held)
    {
        held = null;
        var rollback = wal is null;
        var journal = rollback ? OpenHotJournal(file, main) : null;
        // In WAL mode SHARED makes nobody wait; in rollback mode it does, so there it is the last resort.
        var share = insist || !rollback || journal is not null;
        var reason = (share ? !Pin.TryShare(main) : IsBeingWritten(main)) ? "a program holds it exclusively"
            : !(share && rollback) && (IsTooRecent(main, time) || (wal is not null && IsTooRecent(wal, time))) ? "it is being written"
            : "";
        if (reason.Length == 0)
            held = new(file, main, wal, journal, shared: share && rollback);
        else
            journal?.Dispose();
        return reason;
    }

    /// <summary>
    /// A journal with a live header while nobody holds RESERVED: its writer died, and the main file needs it (file format, section 3).
    /// </summary>
    private static SafeFileHandle? OpenHotJournal(DatabaseFile file, SafeFileHandle main)
    {
        var journal = OpenLiveJournal(file);
        if (journal is not null && !ReadLocks.IsHeldByAnother(main, LockRange.Reserved))
            return journal;
        journal?.Dispose();
        return null;
    }

    private static bool HasLiveJournal(DatabaseFile file)
    {
        using var journal = OpenLiveJournal(file);
        return journal is not null;
    }

    private static SafeFileHandle? OpenLiveJournal(DatabaseFile file)
    {
        var journal = PosixFile.TryOpen(null, file.Journal);
        Span<byte> head = stackalloc byte[8];
        if (journal is not null && WalFile.ReadFully(journal, head, 0) == 8 && DatabaseMagic.IsJournal(head))
            return journal;
        journal?.Dispose();
        return null;
    }

    private static bool IsBeingWritten(SafeFileHandle main) =>
        ReadLocks.IsHeldByAnother(main, LockRange.Reserved) || ReadLocks.IsHeldByAnother(main, LockRange.Pending);

    private static bool IsTooRecent(SafeFileHandle file, TimeProvider time)
    {
        var state = FileState.Of(file);
        var changed = DateTimeOffset.FromUnixTimeSeconds(state.Changed.Seconds).AddTicks(state.Changed.Nanoseconds / 100);
        return (time.GetUtcNow() - changed).Duration() < Tick;
    }

    private static bool IsUnchanged(string path, FileState? before) =>
        FileState.Find(path) is { } now ? before is { } then && now.IsUntouchedSince(then) : before is null;

    private int WriteVersion()
    {
        Span<byte> head = stackalloc byte[20];
        return WalFile.ReadFully(Main, head, 0) == 20 && DatabaseMagic.IsDatabase(head) ? head[18] : 0;
    }
}
