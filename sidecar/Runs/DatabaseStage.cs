using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Brings every database of the home into the archive at one cut. With room in scratch the copies are made there and everything is let go
/// before the archive is written; without, they stream while held. Either way the locks last as long as the databases take to read.
/// </summary>
internal sealed class DatabaseStage(SnapshotRequest request, ArchiveWriter archive, ProgressMeter meter, TimeProvider time)
{
    private const int Attempts = 4;

    public List<DatabaseFacts> Facts { get; } = [];

    public List<string> Changed { get; } = [];

    public List<string> Vanished { get; } = [];

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

    private async Task SpoolAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            List<Copy> copies = [];
            try
            {
                List<string> unsure;
                using (var set = await HoldAsync(files, attempt, cancellation))
                    unsure = CopyAll(set, copies, cancellation);
                if (unsure.Count > 0 && attempt < Attempts)
                    continue;
                Changed.AddRange(unsure);
                meter.Enter(RunStep.Databases);
                foreach (var copy in copies)
                    AddSpooled(copy, cancellation);
                return;
            }
            finally
            {
                copies.ForEach(copy => copy.Dispose());
            }
        }
    }

    private async Task<DatabaseSet> HoldAsync(IReadOnlyList<DatabaseFile> files, int attempt, CancellationToken cancellation)
    {
        meter.Enter(RunStep.Hold);
        var set = await DatabaseSet.HoldAsync(files, insist: attempt > 2, request.Limits, time, cancellation);
        (CutAt, Cut) = (set.CutAt, set.Databases.Count == 0 ? "none" : set.Cut.IsCommon ? "instant" : "per-database");
        Vanished.Clear();
        Vanished.AddRange(set.Gone);
        return set;
    }

    /// <summary>Copies each and lets it go at once; returns those that changed under the copy.</summary>
    private List<string> CopyAll(DatabaseSet set, List<Copy> copies, CancellationToken cancellation)
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
            copies[^1].Facts = copies[^1].Facts with { PinnedMilliseconds = Math.Round(set.HeldFor.TotalMilliseconds, 3) };
            database.Dispose();
        }
        Pinned = set.HeldFor;
        return unsure;
    }

    private void AddSpooled(Copy copy, CancellationToken cancellation)
    {
        using var key = copy.Facts.Encrypted ? CipherKey.Find(copy.File) : null;
        using var pages = key is null ? null : new PageAuthenticator(key);
        Write(copy.Facts.Path, copy.State, copy.Spool.Length, copy.Spool.Read, pages, cancellation);
        AddJournal(copy.Facts.Path, copy.State, copy.Journal);
        if (copy.Facts.Encrypted)
            Facts.Add(Judged(copy.Facts, pages));
        else
        {
            var (integrity, version) = copy.Journal is null
                ? QuickCheck.Run(copy.Spool.Path)
                : ("not checked: its journal must be rolled back first, which opening it does", null);
            Facts.Add(copy.Facts with
            {
                Integrity = integrity,
                UserVersion = version,
                Checks = [.. copy.Facts.Checks, .. integrity == "ok"
                    ? [QuickCheck.Name] : Array.Empty<string>()],
            });
        }
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
            facts = facts with { PinnedMilliseconds = Math.Round(set.HeldFor.TotalMilliseconds, 3) };
            Facts.Add(facts.Encrypted ? Judged(facts, pages) : facts with { Integrity = "not checked: there was no room in scratch for a copy" });
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
        return new(
            database.File.RelativePath, database.JournalMode, database.IsLive, database.IsEncrypted(), size, size is { } page
                ? image.Length / page : null,
            image.WalFrames, 0, database.Fingerprint(), null, "not checked: no key to read", image.WalFrames > 0 ? ["wal-checksums"] : []);
    }

    private static DatabaseFacts Judged(DatabaseFacts facts, PageAuthenticator? pages)
    {
        if (pages is null)
            return facts;
        var result = pages.Result();
        return facts with
        {
            Integrity = result == "ok" ? "pages ok" : result,
            UserVersion = pages.UserVersion,
            Checks = [.. facts.Checks, .. result == "ok" ? [PageAuthenticator.Name] : Array.Empty<string>()],
        };
    }

    private static byte[]? JournalOf(HeldDatabase database)
    {
        if (database.HotJournal is not { } journal)
            return null;
        var bytes = new byte[RandomAccess.GetLength(journal)];
        return bytes[..WalFile.ReadFully(journal, bytes, 0)];
    }

    private sealed record Copy(SpooledDatabase Spool, DatabaseFacts Facts, FileState? State, DatabaseFile File,
        byte[]? Journal) : IDisposable
    {
        public DatabaseFacts Facts { get; set; } = Facts;

        public void Dispose() => Spool.Dispose();
    }
}
