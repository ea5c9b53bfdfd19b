using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>A home with one of everything and a database that a program has open, and what must be true after a run that failed.</summary>
internal sealed class FragileHome : IDisposable
{
    private const int Entries = 8;
    private static readonly int[] Documented = [0, 1, 3, 4];

    private readonly SqliteConnection _writer;

    public FragileHome()
    {
        Home.Write("docs/a", "hello");
        Home.Write("docs/large", new string('x', 1_500_000));
        File.CreateSymbolicLink(Home.At("docs/link"), "a");
        Assert.Equal(0, Archives.Age.AgeKey.Shell($"cd '{Home.At("docs")}' && ln a hard && truncate -s 300K sparse").Code);
        using (var file = File.OpenHandle(Home.At("docs/a")))
            ExtendedAttributes.TrySet(file, "user.note", "n"u8);
        _writer = PlainSqlite.Open(Home.At("a.db"));
        _writer.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    }

    public Home Home { get; } = new();

    public string Into => Home.Aside("into");

    /// <summary>A snapshot in the store, and a place where something else is.</summary>
    public async Task<string[]> RestoreLineAsync()
    {
        Directory.CreateDirectory(Into);
        File.WriteAllText(Path.Combine(Into, "old"), "old");
        return ["restore", (await Home.SnapshotAsync()).Name, "--into", Into];
    }

    /// <summary>A documented end, in words that name what failed; the database and the files of the home are as they were.</summary>
    public void AssertEnd((int Code, string Output, string Error) end)
    {
        Assert.True(Documented.Contains(end.Code), $"{end}");
        var line = end.Error.Split('\n')[0];
        Assert.True(end.Code is 0 or 3 || (line.StartsWith("sidecar: ", StringComparison.Ordinal)
            && (line.Contains('/', StringComparison.Ordinal) || Names(Home.Root).Any(line.Contains))), $"{end}");
        Assert.False(
            end.Error.Contains("   at ", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal), $"{end}");
        Assert.Equal(1L, _writer.Ask("SELECT x FROM t"));
        Assert.Equal("hello", File.ReadAllText(Home.At("docs/a")));
    }

    /// <summary>Those the store lists, each read back; anything under a final name belongs to one of them.</summary>
    public async Task<List<Manifest>> SnapshotsAsync()
    {
        var found = await Home.ListAsync();
        foreach (var manifest in found)
            await Home.VerifyAsync(manifest.Name);
        Assert.Equal(
            found.SelectMany(manifest => new[] { manifest.Archive, manifest.Name + ".json" }).Order(),
            Names(Home.Store).Where(name => !name.StartsWith('.')).Order());
        return found;
    }

    public async Task<bool> HoldsAllAsync(Manifest manifest)
    {
        await using var file = await Home.Archives.OpenManifestAsync(manifest.Name, TestContext.Current.CancellationToken);
        return ManifestFile.ReadFiles(file).Count() == Entries && manifest.Skipped.Count == 0
            // Without scratch nothing is walked, and the manifest says so.
            && (manifest.Databases.Single().Integrity is "ok"
                or "not checked: there was no room in scratch for a copy whose b-trees could be walked");
    }

    /// <summary>The next run succeeds and sweeps what the failed one left.</summary>
    public async Task SnapshotAgainAsync()
    {
        var manifest = await Home.SnapshotAsync();
        Assert.True(manifest.IsClean && await HoldsAllAsync(manifest));
        Assert.DoesNotContain(Names(Home.Store), name => name.StartsWith('.'));
        Assert.Empty(Names(Home.Scratch));
    }

    /// <summary>What was there is there, or beside it once the finished restore was being put in its place.</summary>
    public void AssertOldIsKept(bool restored)
    {
        var old = Directory.GetFiles(Home.Aside("."), "old", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = 0,
        });
        Assert.Equal("old", File.ReadAllText(Assert.Single(old)));
        Assert.True(!restored || IsRestored(), "it says that it restored, and has not");
    }

    public void AssertNothingHalfMade() => Assert.DoesNotContain(Names(Home.Aside(".")), path =>
        path.Contains("partial", StringComparison.Ordinal) || path.Contains(".ready", StringComparison.Ordinal));

    public void Dispose()
    {
        _writer.Dispose();
        Home.Dispose();
    }

    private bool IsRestored()
    {
        using var database = PlainSqlite.Open(Path.Combine(Into, "a.db"));
        return File.ReadAllText(Path.Combine(Into, "docs/hard")) == "hello"
            && new FileInfo(Path.Combine(Into, "docs/large")).Length == 1_500_000
            && new FileInfo(Path.Combine(Into, "docs/sparse")).Length == 300 * 1024
            && new FileInfo(Path.Combine(Into, "docs/link")).LinkTarget == "a"
            && database.Ask("SELECT x FROM t") is 1L;
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.GetFileSystemEntries(directory).Select(path => Path.GetFileName(path));
}
