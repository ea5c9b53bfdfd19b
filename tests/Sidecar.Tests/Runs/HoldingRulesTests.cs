using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>What is done about databases that cannot be held still, as a person said it.</summary>
public sealed class HoldingRulesTests
{
    // The program runs as a process of its own: within ours, closing a file would drop the writer's locks on it.
    [Fact]
    public async Task A_database_held_exclusively_is_copied_as_it_lies_when_told_and_that_is_said()
    {
        using var home = new Home();
        using var database = PlainSqlite.Open(home.At("a.db"));
        database.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1); PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t VALUES(2)");
        var (code, _, error) = await Cli.RunAsync(home, "snapshot", "--on-locked", "copy", "--wait", "0.2");
        Assert.Equal((0, ""), (code, error));
        var manifest = (await home.ListAsync()).Single();
        AssertUnheld(manifest);
        Assert.Equal("ok", manifest.Databases[0].Integrity);
        Assert.Equal(2L, await CountAsync(home, manifest));
    }

    [Fact]
    public async Task Where_locks_mean_nothing_databases_are_copied_as_they_lie_when_told()
    {
        using var home = new Home();
        using var database = PlainSqlite.Open(home.At("a.db"));
        database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1); INSERT INTO t VALUES(2)");
        var manifest = await home.SnapshotAsync(home.Request with { Limits = PinLimits.Default with { WithoutLocks = true } });
        AssertUnheld(manifest);
        Assert.True(manifest.Databases[0].WalFrames > 0);
        Assert.Equal(2L, await CountAsync(home, manifest));
    }

    [Fact]
    public async Task A_rollback_database_that_is_written_all_the_time_is_left_out_and_listed_when_told()
    {
        using var home = new Home();
        home.Write("a", "a");
        using var database = Busy(home);
        Assert.Equal(0, (await Cli.RunAsync(home, "snapshot", "--journal-databases", "skip", "--wait", "0.2")).Code);
        var manifest = (await home.ListAsync()).Single();
        Assert.Empty(manifest.Databases);
        Assert.Equal("a.db", Assert.Single(manifest.Skipped).Path);
        Assert.Contains(
            ManifestResult.Of(manifest, []).Warnings, warning => warning.StartsWith("left out: a.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollback_database_that_is_written_all_the_time_fails_the_snapshot_when_told()
    {
        using var home = new Home();
        using var database = Busy(home);
        var (code, _, error) = await Cli.RunAsync(home, "snapshot", "--journal-databases", "fail", "--wait", "0.2");
        Assert.Equal(4, code);
        Assert.Contains("its writer is not to wait", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home.Store));
    }

    [Fact]
    public async Task A_WAL_that_grows_too_much_while_held_is_let_go_and_the_snapshot_fails()
    {
        using var home = new Home();
        using var database = PlainSqlite.Open(home.At("a.db"));
        database.Run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(5000000))");
        using var set = await HoldAsync(home, new ByteSize(200_000));
        set.CheckLimits(0, default);
        database.Run("INSERT INTO t VALUES(zeroblob(100000))");
        set.CheckLimits(0, default);
        Assert.InRange(set.WalGrowth(0), 100_000, 200_000);
        database.Run("INSERT INTO t VALUES(zeroblob(150000))");
        var failure = Assert.Throws<FaultException>(() => set.CheckLimits(0, default));
        Assert.Equal("WalGrew", failure.Fault.Kind);
    }

    private static Task<DatabaseSet> HoldAsync(Home home, ByteSize growth) => DatabaseSet.HoldAsync(
        [new(home.Root, "a.db")], false, Home.Hasty with { WalGrowth = growth },
        TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>A writer in the middle of a transaction, as one that never rests always is.</summary>
    private static Microsoft.Data.Sqlite.SqliteConnection Busy(Home home)
    {
        var database = PlainSqlite.Open(home.At("a.db"));
        database.Run("CREATE TABLE t(x); BEGIN IMMEDIATE; INSERT INTO t VALUES(1)");
        return database;
    }

    private static void AssertUnheld(Manifest manifest)
    {
        Assert.True(manifest.Databases.Single().Unheld);
        Assert.Contains(ManifestResult.Of(manifest, []).Warnings,
            warning => warning.StartsWith("a.db: it could not be held still", StringComparison.Ordinal));
    }

    private static async Task<object?> CountAsync(Home home, Manifest manifest)
    {
        await home.RestoreAsync(manifest.Name, home.Aside("into"));
        using var copy = PlainSqlite.Open(Path.Combine(home.Aside("into"), "a.db"));
        return copy.Ask("SELECT count(*) FROM t");
    }
}
