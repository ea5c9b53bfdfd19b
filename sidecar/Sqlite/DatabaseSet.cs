using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>Several databases held at one cut, in the order to copy them: those whose locks could make a program wait come first.</summary>
internal sealed class DatabaseSet : IDisposable
{
    private readonly List<HeldDatabase> _held;
    private readonly long _since;
    private readonly TimeProvider _time;
    private readonly PinLimits _limits;
    private readonly Dictionary<HeldDatabase, long> _walAtCut = [];
    private long? _unreadableSince;

    private DatabaseSet(
        List<HeldDatabase> held, IReadOnlyList<DatabaseFile> gone, IReadOnlyList<DatabaseFile> skipped,
        IReadOnlyList<DatabaseFile> exclusive, TimeProvider time, PinLimits limits)
    {
        (_held, _time, _limits, _since) = (held, time, limits, time.GetTimestamp());
        (Gone, Skipped, Exclusive) = (gone, skipped, exclusive);
        Cut = new([], true);
    }

    public IReadOnlyList<HeldDatabase> Databases => _held;

    /// <summary>Databases that vanished since they were found.</summary>
    public IReadOnlyList<DatabaseFile> Gone { get; }

    /// <summary>Rollback-journal databases left out by <see cref="JournalRule.Skip"/>.</summary>
    public IReadOnlyList<DatabaseFile> Skipped { get; }

    /// <summary>Those that <see cref="LockedRule.Idle"/> leaves for later: a program holds them exclusively.</summary>
    public IReadOnlyList<DatabaseFile> Exclusive { get; }

    public Cut Cut { get; private set; }

    public DateTimeOffset CutAt { get; private set; }

    public TimeSpan HeldFor => _time.GetElapsedTime(_since);

    /// <summary>Holds all of them and cuts; on any failure everything is let go again.</summary>
    public static async Task<DatabaseSet> HoldAsync(
        IReadOnlyList<DatabaseFile> files, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var set = await HoldAllAsync(files, insist, limits, time, cancellation);
            var fault = await set.CutAsync(cancellation);
            if (fault is null)
                return set;
            set.Dispose();
            if (time.GetElapsedTime(started) > limits.Wait)
                throw new FaultException(fault);
            await Task.Delay(PinLimits.RetryEvery, time, cancellation);
        }
    }

    private static async Task<DatabaseSet> HoldAllAsync(
        IReadOnlyList<DatabaseFile> files, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        List<HeldDatabase> held = [];
        List<DatabaseFile> gone = [], skipped = [], exclusive = [];
        try
        {
            foreach (var file in files)
            {
                try
                {
                    if (await HoldAsync(file, insist, limits, time, cancellation) is { } database)
                        held.Add(database);
                    else
                        gone.Add(file);
                }
                catch (FaultException busy) when (busy.Fault.Kind == RestingDatabase.Busy && limits.Journal == JournalRule.Skip)
                {
                    skipped.Add(file);
                }
                catch (FaultException locked) when (locked.Fault.Kind == Pin.IsLocked && limits.Locked == LockedRule.Idle
                    && RestingDatabase.IsHeldExclusively(file))
                {
                    exclusive.Add(file);
                }
            }
            return new([.. held.OrderByDescending(database => database.IsUrgent)], gone, skipped, exclusive, time, limits);
        }
        catch
        {
            held.ForEach(database => database.Dispose());
            throw;
        }
    }

    private static async Task<HeldDatabase?> HoldAsync(
        DatabaseFile file, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        if (limits.WithoutLocks)
            return UnheldDatabase.Open(file);
        try
        {
            return await HoldStillAsync(file, insist, limits, time, cancellation);
        }
        catch (FaultException locked) when (locked.Fault.Kind == Pin.IsLocked && limits.Locked == LockedRule.Copy)
        {
            return UnheldDatabase.Open(file);
        }
    }

    /// <summary>
    /// Pinned while a program has it open, read at rest while none has, however often that changes; null when the file is gone.
    /// </summary>
    private static async Task<HeldDatabase?> HoldStillAsync(
        DatabaseFile file, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (FileState.Find(file.Main) is not null)
        {
            if (await Pin.TakeAsync(file, limits, time, cancellation) is { } pin)
                return pin;
            if (await RestingDatabase.OpenAsync(file, insist, limits, time, cancellation) is { } resting)
                return resting;
            if (time.GetElapsedTime(started) > limits.Wait)
                throw Pin.Locked(file, "programs keep opening and closing it", limits);
        }
        return null;
    }

    public DatabaseImage ImageOf(int index) => _held[index].ImageAt(Cut.Marks[index]);

    /// <summary>By how much the WAL of the database at <paramref name="index"/> has grown since the cut.</summary>
    public long WalGrowth(int index) => Grown(_held[index]);

    /// <summary>
    /// To be asked while the database at <paramref name="index"/> is copied. Past the limit the pins are let go rather than let a WAL grow
    /// without end, and sooner when they keep a program from opening a database whose writer died.
    /// </summary>
    public void CheckLimits(int index, ByteSize copied)
    {
        if (Unreadable(index) is not { } fault)
            _unreadableSince = null;
        else if (_time.GetElapsedTime(_unreadableSince ??= _time.GetTimestamp()) > PinLimits.Unreadable)
            throw new FaultException(fault);
        foreach (var database in _held.Skip(index).Where(database => Grown(database) > 0))
            CheckGrowth(database);
        if (HeldFor > _limits.Hold)
            throw new FaultException(new(
                "HeldTooLong",
                $"copying the databases: {copied} in {HeldFor.TotalSeconds:0} s, "
                    + $"longer than the {_limits.Hold.TotalSeconds:0} s they may be held still",
                "Give the sidecar a faster --scratch directory, or raise --hold"));
    }

    private void CheckGrowth(HeldDatabase database)
    {
        var grown = new ByteSize(Grown(database));
        if (grown > _limits.WalGrowth)
            throw new FaultException(new(
                "WalGrew", $"holding {database.File} still: its WAL grew by {grown} meanwhile, more than the {_limits.WalGrowth} it may",
                "Take snapshots when the program writes less, give the sidecar a faster --scratch directory, or raise --wal-growth"));
        var free = new ByteSize(new DriveInfo(database.File.Home).AvailableFreeSpace);
        if (free < PinLimits.LeastFree)
            throw new FaultException(new(
                "HomeFull", $"holding {database.File} still: its WAL grew by {grown} meanwhile, and the volume has only {free} left",
                "Free some space on the volume of the home"));
    }

    private long Grown(HeldDatabase database) =>
        _walAtCut.TryGetValue(database, out var before) ? Math.Max(0, database.WalLength - before) : 0;

    public void Dispose() => _held.ForEach(database => database.Dispose());

    /// <summary>What stood in the way of a cut; null when there is one.</summary>
    private async Task<Fault?> CutAsync(CancellationToken cancellation)
    {
        var readers = _held.ConvertAll<Func<CutMark?>>(database => database.ReadMark);
        while (true)
        {
            CutAt = _time.GetUtcNow();
            if (Cut.Take(readers) is { } cut)
            {
                Cut = cut;
                foreach (var database in _held.Where(database => database.IsLive && !database.IsUnheld))
                    _walAtCut[database] = database.WalLength;
                return null;
            }
            if (HeldFor > PinLimits.Unreadable && Unreadable(0) is { } fault)
                return fault;
            await Task.Delay(PinLimits.RetryEvery, _time, cancellation);
        }
    }

    /// <summary>Whose index cannot be read at this moment, from this one on: those before have been let go.</summary>
    private Fault? Unreadable(int index) => _held.Skip(index).FirstOrDefault(database => database.ReadMark() is null) is { } database
        ? new(
            "IndexUnreadable", $"reading the WAL index of {database.File}: its header is invalid and stays so",
            "Its writer died in the middle of a commit; the program mends it as soon as it opens the database again")
        : null;
}
