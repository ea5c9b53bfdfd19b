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
    private const int Attempts = 4;

    private readonly CancellationTokenSource _over = new();
    private readonly List<(DatabaseCopy Copy, PageAuthenticator? Pages)> _copies = [];
    private Task _walking = Task.CompletedTask;

    public List<DatabaseFacts> Facts { get; } = [];

    public List<string> Changed { get; } = [];

    public IReadOnlyList<string> Vanished { get; private set; } = [];

    public IReadOnlyList<ListedPath> Skipped { get; private set; } = [];

    public DateTimeOffset CutAt { get; private set; }

    public string Cut { get; private set; } = "none";

    public TimeSpan Pinned { get; private set; }

    public long Bytes { get; private set; }

    public async Task RunAsync(HomeSurvey survey, bool spool, CancellationToken cancellation)
    {
        CutAt = time.GetUtcNow();
        if (survey.Databases.Count == 0)
            return;
        if (spool)
            await SpoolAsync(survey.Databases, cancellation);
        else
            await StreamAsync(survey.Databases, cancellation);
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

    private async Task SpoolAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellation)
    {
        foreach (var copy in await CopyAsync(files, cancellation))
            _copies.Add((copy, copy.Authenticator()));
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
        (Vanished, Skipped) = (set.Gone, [.. set.Skipped.Select(path => new ListedPath(path, WrittenAllTheTime))]);
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
            copies.Add(new(spool, Describe(set, i, image), FileState.Find(database.File.Main), database.File, JournalOf(database)));
            if (!database.IsStillTrue())
                unsure.Add(database.File.RelativePath);
            copies[^1].Facts = Released(copies[^1].Facts, set, i);
            database.Dispose();
        }
        Pinned = set.HeldFor;
        return unsure;
    }

    private async Task StreamAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellation)
    {
        using var set = await HoldAsync(files, Attempts, cancellation);
        meter.Enter(RunStep.Databases);
        for (var i = 0; i < set.Databases.Count; i++)
        {
            var database = set.Databases[i];
            var image = set.ImageOf(i);
            var facts = Describe(set, i, image);
            var state = FileState.Find(database.File.Main);
            using var key = facts.Encrypted ? CipherKey.Find(database.File) : null;
            using var pages = key is null ? null : new PageAuthenticator(key);
            int Read(Span<byte> buffer, long at)
            {
                set.CheckLimits(i, new ByteSize(at));
                return image.Read(buffer, at);
            }
            Write(facts.Path, state, image.Length, Read, pages, cancellation);
            AddJournal(facts.Path, state, JournalOf(database));
            if (!database.IsStillTrue())
                Changed.Add(facts.Path);
            facts = Released(facts, set, i);
            Facts.Add(DatabaseVerdict.Of(facts, pages, walk: null));
            database.Dispose();
        }
        Pinned = set.HeldFor;
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

    private static DatabaseFacts Describe(DatabaseSet set, int index, DatabaseImage image)
    {
        var database = set.Databases[index];
        var size = image.PageSize;
        // What is committed counts: a new database may be in its WAL alone.
        var head = image.Head();
        return new(
            database.File.RelativePath, database.JournalMode, database.IsLive, head.Length == 16 && !DatabaseMagic.IsDatabase(head), size,
            size is { } page ? image.Length / page : null, image.WalFrames, 0, Convert.ToHexStringLower(head), null, "not checked yet",
            image.WalFrames > 0 ? [DatabaseVerdict.WalChecksums] : [], Unheld: database.IsUnheld);
    }

    private static DatabaseFacts Released(DatabaseFacts facts, DatabaseSet set, int index) => facts with
    {
        PinnedMilliseconds = Math.Round(set.HeldFor.TotalMilliseconds, 3),
        WalGrowthBytes = set.WalGrowth(index),
    };

    private static byte[]? JournalOf(HeldDatabase database)
    {
        if (database.HotJournal is not { } journal)
            return null;
        var bytes = new byte[RandomAccess.GetLength(journal)];
        return bytes[..WalFile.ReadFully(journal, bytes, 0)];
    }
}
