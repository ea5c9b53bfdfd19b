using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Testing;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;
using Microsoft.Data.Sqlite;

namespace ChatOps.Sidecar.Tests.Sqlite;

public sealed class PinTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task The_image_is_byte_for_byte_what_a_checkpoint_makes(int pageSize)
    {
        using var home = new Home();
        using var writer = Open(home, pageSize);
        for (var i = 0; i < 30; i++)
            writer.Run("INSERT INTO t SELECT value, randomblob(300) FROM "
                + "(WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c LIMIT 20) SELECT value FROM c);"
                + $"DELETE FROM t WHERE x % 7 = {i % 7}");
        byte[] image;
        using (var set = await Hold(home))
            image = Read(set.ImageOf(0));
        writer.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.Equal(await File.ReadAllBytesAsync(home.At("a.db"), TestContext.Current.CancellationToken), image);
    }

    [Fact]
    public async Task While_it_is_held_commits_go_on_and_checkpoints_do_nothing_and_the_image_stays()
    {
        using var home = new Home();
        using var writer = Open(home, 4096);
        using (var set = await Hold(home))
        {
            var before = Read(set.ImageOf(0));
            writer.Run("INSERT INTO t VALUES (2, 'two')");
            Assert.Equal(1L, writer.Ask("PRAGMA wal_checkpoint(TRUNCATE)"));
            writer.Run("INSERT INTO t VALUES (3, 'three')");
            Assert.Equal(before, Read(set.ImageOf(0)));
        }
        Assert.Equal(0L, writer.Ask("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    [Fact]
    public async Task While_it_is_held_no_checkpoint_moves_newer_pages_into_the_main_file()
    {
        using var home = new Home();
        using var writer = Open(home, 4096);
        writer.Run("INSERT INTO t VALUES (2, randomblob(40000)); PRAGMA wal_checkpoint(TRUNCATE)");
        using var set = await Hold(home);
        var before = Read(set.ImageOf(0));
        writer.Run("UPDATE t SET y = randomblob(40000); INSERT INTO t VALUES (3, randomblob(40000)); PRAGMA wal_checkpoint(PASSIVE)");
        Assert.Equal(before, Read(set.ImageOf(0)));
    }

    [Fact]
    public async Task While_it_is_held_a_checkpointed_WAL_is_not_begun_anew()
    {
        using var home = new Home();
        using var writer = Open(home, 4096);
        // Everything is in the main file already, so the next commit would overwrite the WAL from its start.
        writer.Run("PRAGMA wal_checkpoint(FULL)");
        var size = new FileInfo(home.At("a.db-wal")).Length;
        using var set = await Hold(home);
        var before = Read(set.ImageOf(0));
        writer.Run("INSERT INTO t VALUES (2, 'two')");
        Assert.True(new FileInfo(home.At("a.db-wal")).Length > size);
        Assert.Equal(before, Read(set.ImageOf(0)));
    }

    [Fact]
    public async Task The_last_connection_closing_leaves_the_WAL_to_the_pin()
    {
        using var home = new Home();
        var writer = Open(home, 4096);
        using var set = await Hold(home);
        var before = Read(set.ImageOf(0));
        writer.Dispose();
        Assert.True(new FileInfo(home.At("a.db-wal")).Length > 0);
        Assert.Equal(before, Read(set.ImageOf(0)));
    }

    [Fact]
    public async Task A_database_nobody_has_open_is_not_pinned()
    {
        using var home = new Home();
        Open(home, 4096).Dispose();
        Assert.Null(await Pin.TakeAsync(new(home.Root, "a.db"), Home.Hasty, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stale_index_is_not_held_so_that_the_next_opener_does_not_trust_it()
    {
        using var home = new Home();
        using (Open(home, 4096))
        {
            foreach (var suffix in new[] { "", "-wal", "-shm" })
                File.Copy(home.At("a.db" + suffix), home.At("copy.db" + suffix));
        }
        Assert.Null(await Pin.TakeAsync(new(home.Root, "copy.db"), Home.Hasty, TimeProvider.System, TestContext.Current.CancellationToken));
        using var set = await DatabaseSet.HoldAsync(
            [new(home.Root, "copy.db")], false, Home.Hasty, TimeProvider.System, TestContext.Current.CancellationToken);
        using var opener = PlainSqlite.Open(home.At("copy.db"));
        Assert.Equal("ok", opener.Ask("PRAGMA integrity_check"));
    }

    /// <summary>
    /// Frames in the WAL of a program at work may be of a commit that is not done: only its index says how far it has come.
    /// </summary>
    [Fact]
    public async Task A_database_that_a_program_opens_while_it_was_waited_for_is_pinned()
    {
        using var home = new Home();
        Open(home, 4096).Dispose();
        using var committer = PosixFile.TryOpen(null, home.At("a.db"))!;
        Assert.True(ReadLocks.TryTake(committer, LockRange.Reserved));
        var time = new ManualTime();
        var holding = DatabaseSet.HoldAsync([new(home.Root, "a.db")], false, Home.Hasty, time, TestContext.Current.CancellationToken);
        Assert.False(holding.IsCompleted);
        using var writer = PlainSqlite.Open(home.At("a.db"));
        writer.Run("INSERT INTO t VALUES (2, 'two')");
        using var opener = PosixFile.TryOpen(null, home.At("a.db-shm"))!;
        Assert.True(ReadLocks.TryTake(opener, LockRange.DeadMansSwitch));
        ReadLocks.Release(committer, LockRange.Reserved);
        await time.AdvanceAsync(2 * PinLimits.RetryEvery);
        using var set = await holding;
        Assert.True(set.Databases.Single().IsLive);
        Assert.True(set.ImageOf(0).WalFrames > 0);
    }

    /// <summary>An opener sets up the index under the checkpoint lock: were it held here, it would wait.</summary>
    [Fact]
    public async Task A_program_that_has_yet_to_set_up_its_index_is_not_in_the_way_of_a_pin()
    {
        using var home = new Home();
        Open(home, 4096).Dispose();
        await File.WriteAllBytesAsync(home.At("a.db-wal"), [], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(home.At("a.db-shm"), new byte[32768], TestContext.Current.CancellationToken);
        using var opener = PosixFile.TryOpen(null, home.At("a.db-shm"))!;
        Assert.True(ReadLocks.TryTake(opener, LockRange.DeadMansSwitch));
        var time = new ManualTime();
        var pin = Pin.TakeAsync(new(home.Root, "a.db"), Home.Hasty, time, TestContext.Current.CancellationToken);
        Assert.False(pin.IsCompleted);
        Assert.False(ReadLocks.IsHeldByAnother(opener, LockRange.Checkpoint));
        await time.AdvanceAsync(Home.Hasty.Wait * 2);
        var fault = (await Assert.ThrowsAsync<FaultException>(() => pin)).Fault;
        Assert.Equal("DatabaseLocked", fault.Kind);
        Assert.Contains("setting up its index", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_whose_writer_dies_in_a_commit_is_let_go_soon_for_the_next_that_opens_it()
    {
        using var home = new Home();
        using var writer = Open(home, 4096);
        var time = new ManualTime();
        using var set = await DatabaseSet.HoldAsync(
            [new(home.Root, "a.db")], false, Home.Hasty, time, TestContext.Current.CancellationToken);
        set.CheckLimits(0, default);
        using (var index = File.OpenWrite(home.At("a.db-shm")))
            index.Write(new byte[48]); // the first copy of the header, without the second
        set.CheckLimits(0, default);
        await time.AdvanceAsync(PinLimits.Unreadable * 2);
        var fault = Assert.Throws<FaultException>(() => set.CheckLimits(0, default)).Fault;
        Assert.Equal("IndexUnreadable", fault.Kind);
        var again = DatabaseSet.HoldAsync([new(home.Root, "a.db")], false, Home.Hasty, time, TestContext.Current.CancellationToken);
        await time.AdvanceAsync(Home.Hasty.Wait * 2);
        await Assert.ThrowsAsync<FaultException>(() => again);
    }

    private static SqliteConnection Open(Home home, int pageSize)
    {
        var writer = PlainSqlite.Open(home.At("a.db"));
        writer.Run($"PRAGMA page_size={pageSize}; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
            + "CREATE TABLE t(x, y); INSERT INTO t VALUES (1, 'one')");
        return writer;
    }

    private static Task<DatabaseSet> Hold(Home home) =>
        DatabaseSet.HoldAsync([new(home.Root, "a.db")], false, Home.Hasty, TimeProvider.System, TestContext.Current.CancellationToken);

    private static byte[] Read(DatabaseImage image)
    {
        var bytes = new byte[image.Length];
        var buffer = new byte[1 << 18];
        int read;
        for (long at = 0; (read = image.Read(buffer, at)) > 0; at += read)
            buffer.AsSpan(0, read).CopyTo(bytes.AsSpan((int)at));
        return bytes;
    }
}
