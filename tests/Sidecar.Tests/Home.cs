using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Tests;

/// <summary>A small home, a store and a scratch directory of its own for one test; all gone afterwards.</summary>
internal sealed class Home : IDisposable
{
    public const string Key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    public const string SignalDatabase = ".config/Signal/sql/db.sqlite";

    private readonly string _root;

    /// <param name="inMemory">For so many files that a disk would take long, where there is a file system in memory.</param>
    public Home(bool inMemory = false)
    {
        _root = inMemory && Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/sidecar-test-{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory("sidecar-test-").FullName;
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Store);
        Directory.CreateDirectory(Scratch);
    }

    public string Root => Path.Combine(_root, "home");

    public string Store => Path.Combine(_root, "store");

    public string Scratch => Path.Combine(_root, "scratch");

    public DirectoryStore Archives => new(Store, TimeProvider.System);

    public SnapshotRequest Request => new() { Target = "ghostwire", Home = Root, Scratch = Scratch };

    public string At(string path) => Path.Combine(Root, path);

    public string Aside(string name) => Path.Combine(_root, name);

    public string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        return At(path);
    }

    public Home WithSignalKey()
    {
        Write(".config/Signal/config.json", $"{{\"key\":\"{Key}\"}}");
        return this;
    }

    /// <summary>Other users may go through to it, and keep archives in its store.</summary>
    public Home OpenToOthers()
    {
        PosixFile.SetMode(null, _root, 0x1ED);
        PosixFile.SetMode(null, Store, 0x1FF);
        PosixFile.SetMode(null, Scratch, 0x1FF);
        return this;
    }

    public Task<Manifest> SnapshotAsync(SnapshotRequest? request = null) =>
        new SnapshotRun(request ?? Request, Archives, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

    public Task<RestoreOutcome> RestoreAsync(string name, string into, bool ifEmpty = false) =>
        new RestoreRun(Archives, TimeProvider.System).RunAsync(name, null, into, ifEmpty, TestContext.Current.CancellationToken);

    public Task<Manifest> VerifyAsync(string name) => new VerifyRun(Archives).RunAsync(name, TestContext.Current.CancellationToken);

    public async Task<List<Manifest>> ListAsync()
    {
        List<Manifest> found = [];
        await foreach (var manifest in Archives.ListAsync(TestContext.Current.CancellationToken))
            found.Add(manifest);
        return found;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public static readonly PinLimits Hasty = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(60));

    /// <summary>Skips where a part cannot be had; with CI=true its absence fails.</summary>
    public static void NeedsNode()
    {
        if (Testing.Sqlite.NodeParts.Installed)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(Testing.Sqlite.NodeParts.HowToGet);
        Assert.Skip(Testing.Sqlite.NodeParts.HowToGet);
    }
}
