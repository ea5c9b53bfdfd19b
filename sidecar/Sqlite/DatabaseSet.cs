using ChatOps.Values;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>Several databases held at one cut, in the order to copy them: those whose locks could make a program wait come first.</summary>
internal sealed class DatabaseSet : IDisposable
{
    private readonly List<HeldDatabase> _held;
    private readonly long _since;
    private readonly TimeProvider _time;
    private readonly PinLimits _limits;

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
        List<HeldDatabase> held = [];
        List<string> gone = [];
        try
        {
            foreach (var file in files)
            {
                HeldDatabase? database = await Pin.TakeAsync(file, limits, time, cancellation);
                database ??= await RestingDatabase.OpenAsync(file, insist, limits, time, cancellation);
                if (database is null)
                    gone.Add(file.RelativePath);
                else
                    held.Add(database);
            }
            held = [.. held.OrderByDescending(database => database.IsUrgent)];
            var set = new DatabaseSet(held, gone, time, limits);
            await set.CutAsync(cancellation);
            return set;
        }
        catch
        {
            held.ForEach(database => database.Dispose());
            throw;
        }
    }

    public DatabaseImage ImageOf(int index) => _held[index].ImageAt(Cut.Marks[index]);

    /// <summary>Past the limit the pins are let go rather than let a WAL grow without end.</summary>
    public void CheckLimit(ByteSize copied)
    {
        if (HeldFor <= _limits.Hold)
            return;
        throw new FaultException(new Fault(
            "HeldTooLong",
            $"copying the databases: {copied} in {HeldFor.TotalSeconds:0} s, longer than the {_limits.Hold.TotalSeconds:0} s they may be held still",
            "Give the sidecar a faster --scratch directory, or raise --hold"));
    }

    public void Dispose() => _held.ForEach(database => database.Dispose());

    private async Task CutAsync(CancellationToken cancellation)
    {
        var readers = _held.ConvertAll<Func<CutMark?>>(database => database.ReadMark);
        while (true)
        {
            CutAt = _time.GetUtcNow();
            if (Cut.Take(readers) is { } cut)
            {
                Cut = cut;
                return;
            }
            if (HeldFor > _limits.Wait)
                throw NoReading();
            await Task.Delay(PinLimits.RetryEvery, _time, cancellation);
        }
    }

    private FaultException NoReading() => new(new Fault(
        "IndexUnreadable",
        $"reading the WAL index of {string.Join(", ", _held.Where(database => database.ReadMark() is null).Select(d => d.File))}: its header stays invalid",
        "Its writer died in the middle of a commit; the program mends it as soon as it opens the database again"));
}
