using System.Diagnostics;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>Homes with something in them that cannot be had: it is left out by name, and never costs the rest.</summary>
public sealed class HomesAsTheyAreTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly string[] AsUser = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    private readonly Home _home = new Home().OpenToOthers();

    /// <summary>What lies in the home beside a file that can be read, and the name that is missed by it.</summary>
    public static TheoryData<string, string> Unreadable => new()
    {
        { "mkdir d; touch d/inside; chmod 744 d", "d/inside" },
        { "mkdir d; touch d/inside; chmod 711 d", "d" },
        { "mkdir d; touch d/inside; chmod 700 d", "d" },
        { "touch a; chmod 600 a", "a" },
        { "printf 'SQLite format 3\\0' > a.db; head -c 8176 /dev/zero >> a.db; chmod 600 a.db", "a.db" },
        { "mkdir -p .config/Signal/sql; head -c 8192 /dev/urandom > .config/Signal/sql/db.sqlite; chmod 600 .config/Signal/sql/db.sqlite",
            Home.SignalDatabase },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_another_user_may_not_see_is_missed_by_name(string make, string missed)
    {
        Assert.SkipUnless(AgeKey.Shell(string.Join(' ', AsUser) + " true").Code == 0, "run the tests as root, who may be other users");
        _home.Write("kept", "kept");
        Assert.Equal(0, AgeKey.Shell($"cd '{_home.Root}' && {make}").Code);
        AssertMissed(await RunAsync(AsUser, "snapshot"), Assert.Single(await _home.ListAsync()), missed);
    }

    [Theory]
    [InlineData("statx", "ENOTCONN")]
    [InlineData("statx", "EIO")]
    [InlineData("getdents64", "EIO")]
    [InlineData("openat", "EIO")]
    public async Task A_mount_whose_program_died_is_missed_by_name(string call, string error)
    {
        Strace.Needs();
        _home.Write("kept", "kept");
        _home.Write(".gvfs/inside", "");
        string[] strace =
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}", "-P",
            call == "getdents64" ? _home.At(".gvfs") : ".gvfs",
        ];
        AssertMissed(await RunAsync(strace, "snapshot"), Assert.Single(await _home.ListAsync()), ".gvfs");
    }

    public static TheoryData<string, string> Modes => new()
    {
        { "DELETE", "INSERT INTO t VALUES(2)" },
        { "TRUNCATE", "INSERT INTO t VALUES(2)" },
        { "PERSIST", "INSERT INTO t VALUES(2)" },
        { "WAL", "INSERT INTO t VALUES(2)" },
        { "WAL", "INSERT INTO t VALUES(2); PRAGMA wal_checkpoint(PASSIVE)" },
        { "WAL", "INSERT INTO t VALUES(2); PRAGMA cache_size=1; BEGIN; UPDATE t SET x = 9; INSERT INTO t VALUES(zeroblob(900000))" },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_database_held_exclusively_is_read_while_its_program_rests(string mode, string sql)
    {
        using var database = Exclusive(mode);
        database.Run(sql);
        foreach (var scratch in new[] { _home.Scratch, "" })
        {
            var (code, _, error) = await RunAsync([], "snapshot", "--scratch", scratch);
            Assert.Equal((0, ""), (code, error));
            var manifest = (await _home.ListAsync())[0];
            Assert.False(manifest.Databases.Single().Unheld);
            var into = _home.Aside($"into{scratch.Length}");
            await _home.RestoreAsync(manifest.Name, into);
            using var copy = PlainSqlite.Open(Path.Combine(into, "a.db"));
            Assert.Equal(3L, copy.Ask("SELECT sum(x) FROM t"));
        }
    }

    [Fact]
    public async Task One_in_the_middle_of_a_transaction_is_left_out_by_name_and_costs_no_other()
    {
        using var other = PlainSqlite.Open(_home.At("other.db"));
        other.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(7)");
        _home.Write("kept", "kept");
        using var database = Exclusive("DELETE");
        database.Run("PRAGMA cache_size=1; BEGIN; INSERT INTO t VALUES(randomblob(900000))");
        var end = await RunAsync([], "snapshot", "--wait", "0.2");
        var manifest = Assert.Single(await _home.ListAsync());
        AssertMissed(end, manifest, "a.db");
        Assert.Equal(("other.db", "ok"), (manifest.Databases.Single().Path, manifest.Databases.Single().Integrity));
    }

    [Fact]
    public async Task One_that_must_not_be_missing_fails_the_snapshot_when_told()
    {
        using var database = Exclusive("DELETE");
        Assert.Equal(4, (await RunAsync([], "snapshot", "--on-locked", "fail", "--wait", "0.2")).Code);
        Assert.Empty(await _home.ListAsync());
    }

    [Fact]
    public async Task The_profile_of_a_browser_at_work_is_snapshotted()
    {
        const string missing = "chromium is missing: run `make prerequisites`";
        if (AgeKey.Shell("command -v chromium").Code != 0)
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", missing);
        _home.Write("kept", "kept");
        using var browser = Process.Start(new ProcessStartInfo("chromium",
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={_home.At("profile")}", "--remote-debugging-port=0",
            "about:blank",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            while (!Databases().Any(RestingDatabase.IsHeldExclusively))
            {
                Assert.False(browser.HasExited, missing);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
            }
            var (code, output, error) = await RunAsync([], "snapshot");
            Assert.True(code is 0 or 3, output + error);
            var manifest = Assert.Single(await _home.ListAsync());
            Assert.NotEmpty(manifest.Databases);
            Assert.Empty(manifest.Verification.Failures);
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync(Token);
        }
    }

    public void Dispose() => _home.Dispose();

    private IEnumerable<DatabaseFile> Databases() => !Directory.Exists(_home.At("profile")) ? [] :
        Directory.EnumerateFiles(_home.At("profile"), "*", SearchOption.AllDirectories)
            .Where(path => File.Exists(path + "-journal")).Select(path => new DatabaseFile(_home.Root, path));

    private SqliteConnection Exclusive(string mode)
    {
        var database = PlainSqlite.Open(_home.At("a.db"));
        database.Run($"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode={mode}; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        return database;
    }

    /// <summary>The program runs as a process of its own: within ours, closing a file would drop the writer's locks on it.</summary>
    private Task<(int Code, string Output, string Error)> RunAsync(string[] under, params string[] arguments) =>
        Cli.RunUnderAsync(under, _home, arguments);

    private static void AssertMissed((int Code, string Output, string Error) end, Manifest manifest, string missed)
    {
        Assert.True(end.Code == 3, end.Error);
        Assert.Equal([missed], manifest.Skipped.Where(skipped => skipped.Missed).Select(skipped => skipped.Path));
        Assert.Contains($"skipped: {missed} (", end.Output, StringComparison.Ordinal);
        Assert.False(manifest.IsClean);
        Assert.True(manifest.FileCount > 0, "what could be read is there");
    }
}
