using System.Diagnostics.CodeAnalysis;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Holds a live WAL database still with shared locks only: while it lives, the main file does not change and the WAL only grows, and no
/// writer waits. Needs read permission and nothing more. The order of the steps is the safety: see the design note in README.md.
/// </summary>
internal sealed class Pin : HeldDatabase
{
    /// <summary>The kind of the fault that says a database could not be held still.</summary>
    public const string IsLocked = "DatabaseLocked";

    private readonly SafeFileHandle _index;

    private Pin(DatabaseFile file, SafeFileHandle main, SafeFileHandle wal, SafeFileHandle index) : base(file, main, wal) => _index = index;

    public override string JournalMode => "wal";

    public override bool IsLive => true;

    /// <summary>Null when nobody has the database open in WAL mode: then there is nothing to pin.</summary>
    public static async Task<Pin?> TakeAsync(DatabaseFile file, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (!TryOpen(file, out var pin))
                return null;
            var blocked = "";
            try
            {
                blocked = await pin.LockAsync(started, limits, time, cancellation);
                if (blocked is null)
                    return pin;
            }
            finally
            {
                if (blocked is not null)
                    pin.Dispose();
            }
            if (time.GetElapsedTime(started) > limits.Wait)
                throw Locked(file, blocked, limits);
            await Task.Delay(PinLimits.RetryEvery, time, cancellation);
        }
    }

    /// <summary>A program has the database open in WAL mode at this moment.</summary>
    public static bool IsUsed(DatabaseFile file)
    {
        using var index = PosixFile.TryOpen(null, file.Index);
        return index is not null && ReadLocks.IsHeldByAnother(index, LockRange.DeadMansSwitch);
    }

    public override CutMark? ReadMark() => WalIndexHeader.Read(_index) is { } header ? new CutMark(header) : null;

    public override DatabaseImage ImageAt(CutMark mark)
    {
        var index = mark.Index;
        var length = RandomAccess.GetLength(Main);
        if (index.LastFrame == 0)
            return new(Main, length);
        var walk = WalFile.Walk(Wal!, index.LastFrame) ?? throw Unreadable("its WAL has no valid header though its index counts frames");
        if (walk.Header.Salt != index.Salt || walk.CommittedFrames != index.LastFrame || walk.DatabasePages != index.DatabasePages)
            throw Unreadable($"its WAL holds {walk.CommittedFrames} valid frames, its index counts {index.LastFrame}");
        return new(Main, length, Wal, walk, WalIndexHeader.Backfilled(_index));
    }

    public override bool IsStillTrue() => true;

    public override void Dispose()
    {
        _index.Dispose();
        base.Dispose();
    }

    private static bool TryOpen(DatabaseFile file, [NotNullWhen(true)] out Pin? pin)
    {
        pin = null;
        var main = PosixFile.TryOpen(null, file.Main);
        var wal = PosixFile.TryOpen(null, file.Wal);
        var index = PosixFile.TryOpen(null, file.Index);
        // A stale -shm must not be held: an opener would then trust it. Somebody must be there before us.
        if (main is not null && wal is not null && index is not null && ReadLocks.IsHeldByAnother(index, LockRange.DeadMansSwitch))
        {
            pin = new(file, main, wal, index);
            return true;
        }
        main?.Dispose();
        wal?.Dispose();
        index?.Dispose();
        return false;
    }

    /// <summary>Null when all is held; else what stood in the way, for another try from the start.</summary>
    private async Task<string?> LockAsync(long started, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        // 1: no newcomer truncates the index
        if (!ReadLocks.TryTake(_index, LockRange.DeadMansSwitch))
            return "a program is opening it";

        // An opener that has yet to set up the index needs the checkpoint lock for it: see walIndexRecover in SQLite's wal.c.
        if (ReadMark() is null)
            return "a program is setting up its index";

        // 2: the last connection cannot checkpoint and delete the WAL as it closes
        if (!TryShare(Main))
            return "a program holds it exclusively";

        // 3: no checkpoint; one that runs is waited for, it never waits for us
        while (!ReadLocks.TryTake(_index, LockRange.Checkpoint))
        {
            if (time.GetElapsedTime(started) > limits.Wait)
                return "a checkpoint is running";
            await Task.Delay(PinLimits.RetryEvery, time, cancellation);
        }

        if (ReadMark() is null)
            return "a program is setting up its index";

        // 4: no writer restarts the WAL; only now, since a read slot alone would make a RESTART checkpoint wait with the write lock held
        if (!LockRange.ReadSlots.Any(slot => ReadLocks.TryTake(_index, slot)))
            return "no read slot is free";

        // 5: these are still the files at these paths, and the program that vouches for the index is still there
        if (!IsAt(Main, File.Main) || !IsAt(Wal!, File.Wal) || !IsAt(_index, File.Index))
            return "it is being replaced";
        return ReadLocks.IsHeldByAnother(_index, LockRange.DeadMansSwitch) ? null : "a program is closing it";
    }

    internal static bool TryShare(SafeFileHandle main)
    {
        if (!ReadLocks.TryTake(main, LockRange.Pending))
            return false;
        try
        {
            return ReadLocks.TryTake(main, LockRange.Shared);
        }
        finally
        {
            ReadLocks.Release(main, LockRange.Pending);
        }
    }

    internal static FaultException Locked(DatabaseFile file, string? reason, PinLimits limits) => new(new Fault(
        IsLocked,
        $"holding {file} still: {reason}, and still did after {limits.Wait.TotalSeconds:0.#} s",
        "Try again; if the program always runs with locking_mode=EXCLUSIVE, say --on-locked idle or copy, or stop it for the snapshot"));
}
