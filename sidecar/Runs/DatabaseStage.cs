using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Sqlite.Checks;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Brings every database of the home into the archive at one cut. With room in scratch the copies are made there and everything is let go
/// before the archive is written; without, they stream while held. Either way the locks last as long as the databases take to read. Copies
/// are walked on a thread of their own while the archive is written.
/// </summary>
internal sealed class DatabaseStage(
    SnapshotRequest request, ArchiveWriter archive, ProgressMeter meter, RateLimit? rate, TimeProvider time) : IAsyncDisposable
{
    public const string WrittenAllTheTime = "it was written all the time, and its writer is not to wait";
    private const string NeverAtRest = "a program holds it exclusively and wrote to it whenever it was copied";
    private const int Attempts = 4;

    private readonly CancellationTokenSource _over = new();
    private readonly List<ListedPath> _skipped = [];
    private IReadOnlyList<DatabaseFile> _exclusive = [];
    private readonly List<(DatabaseCopy Copy, PageAuthenticator? Pages)> _copies = [];
    private Task _walking = Task.CompletedTask;

    public List<DatabaseFacts> Facts { get; } = [];

    public List<string> Changed { get; } = [];

    public IReadOnlyList<string> Vanished { get; private set; } = [];

    public IReadOnlyList<ListedPath> Skipped => _skipped;

    public DateTimeOffset CutAt { get; private set; }

    public string Cut { get; private set; } = "none";

    public TimeSpan Pinned { get; private set; }

    public long Bytes { get; private set; }

    public async Task RunAsync(HomeSurvey survey, bool spool, CancellationToken cancellation)
    {
        CutAt = time.GetUtcNow();
        if (survey.Databases.Count == 0)
            return;
        var exclusive = request.Limits is { Locked: LockedRule.Idle, WithoutLocks: false }
            ? await RestingDatabase.FindExclusiveAsync(survey.Databases, time, cancellation) : [];
        if (spool)
            await SpoolAsync([.. survey.Databases.Except(exclusive)], exclusive, cancellation);
        else
            await StreamAsync([.. survey.Databases.Except(exclusive)], exclusive, cancellation);
    }

    /// <summary>What the walks found, when they are through.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (_copies.Count > 0)
            meter.Enter(RunStep.Walk);
        await _walking.WaitAsync(cancellation);
        Facts.AddRange(_copies.Select(part => part.Copy.Judged(part.Pages)));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _walking.Settled();
        foreach (var (copy, pages) in _copies)
        {
            pages?.Dispose();
            copy.Dispose();
        }
        _over.Dispose();
    }

    private async Task SpoolAsync(
        IReadOnlyList<DatabaseFile> files, IReadOnlyList<DatabaseFile> exclusive, CancellationToken cancellation)
    {
        foreach (var copy in await CopyAsync(files, cancellation))
            _copies.Add((copy, copy.Authenticator()));
        var until = Until();
        foreach (var file in exclusive.Concat(_exclusive))
        {
            if (await CopyExclusiveAsync(file, until, cancellation) is { } copy)
                _copies.Add((copy, copy.Authenticator()));
        }
        _walking = Task.Run(() => _copies.ForEach(part => part.Copy.Walk(_over.Token)), CancellationToken.None);
        meter.Enter(RunStep.Databases);
        foreach (var (copy, pages) in _copies)
        {
            int Read(Span<byte> buffer, long at)
            {
                rate?.Spend(buffer.Length);
                return copy.Spool.Read(buffer, at);
            }
            Write(copy.Facts.Path, copy.State, copy.Spool.Length, Read, pages, cancellation);
            AddJournal(copy.Facts.Path, copy.State, copy.Journal);
        }
    }

    /// <summary>Again while some changed under the copy, until patience ends.</summary>
    private async Task<List<DatabaseCopy>> CopyAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            List<DatabaseCopy> copies = [];
            try
            {
                List<string> unsure;
                using (var set = await HoldAsync(files, attempt, cancellation))
                    unsure = CopyAll(set, copies, cancellation);
                if (unsure.Count == 0 || attempt == Attempts)
                {
                    Changed.AddRange(unsure);
                    return copies;
                }
            }
            catch
            {
                copies.ForEach(copy => copy.Dispose());
                throw;
            }
            copies.ForEach(copy => copy.Dispose());
        }
    }

    private async Task<DatabaseSet> HoldAsync(IReadOnlyList<DatabaseFile> files, int attempt, CancellationToken cancellation)
    {
        meter.Enter(RunStep.Hold);
        var set = await DatabaseSet.HoldAsync(files, insist: attempt > 2, request.Limits, time, cancellation);
        (CutAt, Cut) = (set.CutAt, set.Databases.Count == 0 ? "none" : set.Cut.IsCommon ? "instant" : "per-database");
        (Vanished, _exclusive) = ([.. set.Gone.Select(file => file.RelativePath)], set.Exclusive);
        _skipped.RemoveAll(listed => !listed.Missed);
        _skipped.AddRange(set.Skipped.Select(file => new ListedPath(file.RelativePath, WrittenAllTheTime)));
        return set;
    }

    /// <summary>Copies each and lets it go at once; returns those that changed under the copy.</summary>
    private List<string> CopyAll(DatabaseSet set, List<DatabaseCopy> copies, CancellationToken cancellation)
    {
        List<string> unsure = [];
        for (var i = 0; i < set.Databases.Count; i++)
        {
            var database = set.Databases[i];
            var image = set.ImageOf(i);
            var spool = SpooledDatabase.Copy(request.Scratch!, image.Read, image.Length, archive.Buffer, copied =>
            {
                cancellation.ThrowIfCancellationRequested();
                set.CheckLimits(i, new ByteSize(copied));
            });
            var (facts, state) = (HeldFacts.Of(database, image), FileState.Find(database.File.Main));
            copies.Add(new(spool, facts, state, database.File, database.ReadHotJournal()));
            if (!database.IsStillTrue())
                unsure.Add(database.File.RelativePath);
            copies[^1].Facts = HeldFacts.Released(copies[^1].Facts, image, set, i);
            database.Dispose();
        }
        Pinned = Longest(set);
        return unsure;
    }

    /// <summary>One that a program holds exclusively, once nothing is held any more; null when it is left out and listed.</summary>
    private async Task<DatabaseCopy?> CopyExclusiveAsync(DatabaseFile file, long until, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt < Attempts; attempt++)
        {
            using var database = await RestingDatabase.OpenExclusiveAsync(file, until, time, cancellation);
            if (database is null)
                break;
            var image = database.ImageAt(default);
            var spool = SpooledDatabase.Copy(
                request.Scratch!, image.Read, image.Length, archive.Buffer, _ => cancellation.ThrowIfCancellationRequested());
            if (database.IsStillTrue())
                return new(spool, HeldFacts.Of(database, image), FileState.Find(file.Main), file, null);
            spool.Dispose();
        }
        List<DatabaseCopy> copies = [];
        using var set = await HoldLateAsync(file, cancellation);
        if (set is not null)
            Changed.AddRange(CopyAll(set, copies, cancellation));
        return copies.FirstOrDefault();
    }

    /// <summary>
    /// As any other, for it may have been let go, or be a busy one that commits whenever it is looked at; null when it is left out and
    /// listed.
    /// </summary>
    private async Task<DatabaseSet?> HoldLateAsync(DatabaseFile file, CancellationToken cancellation)
    {
        try
        {
            var limits = request.Limits with { Locked = LockedRule.Fail };
            var set = await DatabaseSet.HoldAsync([file], insist: true, limits, time, cancellation);
            Vanished = [.. Vanished, .. set.Gone.Select(gone => gone.RelativePath)];
            _skipped.AddRange(set.Skipped.Select(skipped => new ListedPath(skipped.RelativePath, WrittenAllTheTime)));
            return set;
        }
        catch (FaultException locked) when (locked.Fault.Kind == Pin.IsLocked)
        {
            _skipped.Add(new(file.RelativePath, NeverAtRest, Missed: true));
            return null;
        }
    }

    /// <summary>All of those that are held exclusively together may take as long as one of the others.</summary>
    private long Until() => time.GetTimestamp() + (long)(request.Limits.Wait.TotalSeconds * time.TimestampFrequency);

    private async Task StreamAsync(
        IReadOnlyList<DatabaseFile> files, IReadOnlyList<DatabaseFile> exclusive, CancellationToken cancellation)
    {
        using (var set = await HoldAsync(files, Attempts, cancellation))
            StreamAll(set, cancellation);
        var until = Until();
        foreach (var file in exclusive.Concat(_exclusive))
        {
            if (await RestingDatabase.OpenExclusiveAsync(file, until, time, cancellation) is { } database)
            {
                using var resting = database;
                var image = resting.ImageAt(default);
                Stream(resting, HeldFacts.Of(resting, image), image.Read, image.Length, cancellation);
                continue;
            }
            using var late = await HoldLateAsync(file, cancellation);
            if (late is not null)
                StreamAll(late, cancellation);
        }
    }

    private void StreamAll(DatabaseSet set, CancellationToken cancellation)
    {
        meter.Enter(RunStep.Databases);
        for (var i = 0; i < set.Databases.Count; i++)
        {
            var database = set.Databases[i];
            var image = set.ImageOf(i);
            int Read(Span<byte> buffer, long at)
            {
                set.CheckLimits(i, new ByteSize(at));
                return image.Read(buffer, at);
            }
            Stream(database, HeldFacts.Of(database, image), Read, image.Length, cancellation);
            Facts[^1] = HeldFacts.Released(Facts[^1], image, set, i);
            database.Dispose();
        }
        Pinned = Longest(set);
    }

    private TimeSpan Longest(DatabaseSet set) => set.HeldFor > Pinned ? set.HeldFor : Pinned;

    /// <summary>From where it lies into the archive; what changed meanwhile is there already, and listed.</summary>
    private void Stream(
        HeldDatabase database, DatabaseFacts facts, ContentReader read, long length, CancellationToken cancellation)
    {
        var state = FileState.Find(database.File.Main);
        using var key = facts.Encrypted ? CipherKey.Find(database.File) : null;
        using var pages = key is null ? null : new PageAuthenticator(key);
        Write(facts.Path, state, length, read, pages, cancellation);
        AddJournal(facts.Path, state, database.ReadHotJournal());
        if (!database.IsStillTrue())
            Changed.Add(facts.Path);
        Facts.Add(DatabaseVerdict.Of(facts, pages, walk: null));
    }

    private void Write(
        string path, FileState? state, long length, ContentReader read, PageAuthenticator? pages, CancellationToken cancellation)
    {
        var entry = Entry(path, state, length);
        archive.Add(entry, read, bytes =>
        {
            pages?.Observe(bytes);
            meter.Count(bytes.Length);
        }, cancellation);
        meter.Files++;
        Bytes += length;
    }

    private void AddJournal(string path, FileState? state, byte[]? journal)
    {
        if (journal is not null)
            archive.Add(Entry(path + "-journal", state, journal.Length), journal, null);
    }

    private ArchiveEntry Entry(string path, FileState? state, long length) => state is { } known
        ? ArchiveEntry.Of(path, EntryKind.File, known, length) with { Sparse = false }
        : new(path, EntryKind.File, length, 0x180, 0, 0, new(time.GetUtcNow().ToUnixTimeSeconds(), 0));
}
