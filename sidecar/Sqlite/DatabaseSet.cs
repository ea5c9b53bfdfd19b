using ChatOps.Values;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>Several databases held at one cut, in the order to copy them: those whose locks could make a program wait come first.</summary>
internal sealed class DatabaseSet : IDisposable
{
    private readonly List<HeldDatabase> _held;
    private readonly long _since;
    private readonly TimeProvider _time;
    private readonly PinLimits _limits;
    private long? _unreadableSince;

    private DatabaseSet(List<HeldDatabase> held, IReadOnlyList<string> gone, TimeProvider time, PinLimits limits)
    {
        (_held, _time, _limits, _since, Gone) = (held, time, limits, time.GetTimestamp(), gone);
        Cut = new([], true);
    }

    public IReadOnlyList<HeldDatabase> Databases => _held;

    /// <summary>Databases that vanished since they were found.</summary>
    public IReadOnlyList<string> Gone { get; }

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
        List<string> gone = [];
        try
        {
            foreach (var file in files)
            {
                if (await HoldAsync(file, insist, limits, time, cancellation) is { } database)
                    held.Add(database);
                else
                    gone.Add(file.RelativePath);
            }
            return new([.. held.OrderByDescending(database => database.IsUrgent)], gone, time, limits);
        }
        catch
        {
            held.ForEach(database => database.Dispose());
            throw;
        }
    }

    /// <summary>Pinned while a program has it open, read at rest while none has, however often that changes; null when the file is gone.</summary>
    private static async Task<HeldDatabase?> HoldAsync(
        DatabaseFile file, bool insist, PinLimits limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (File.Exists(file.Main))
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
        if (HeldFor > _limits.Hold)
            throw new FaultException(new(
                "HeldTooLong",
                $"copying the databases: {copied} in {HeldFor.TotalSeconds:0} s, longer than the {_limits.Hold.TotalSeconds:0} s they may be held still",
                "Give the sidecar a faster --scratch directory, or raise --hold"));
    }

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
