using ChatOps.Sidecar.Sqlite;
using ChatOps.Testing.Sqlite;
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
