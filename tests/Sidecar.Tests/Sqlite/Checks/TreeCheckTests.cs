using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite.Checks;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Sqlite.Checks;

public sealed class TreeCheckTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void A_plain_database_is_walked_whatever_its_page_size(int pageSize)
    {
        using var home = new Home();
        var path = Make(home, $"PRAGMA page_size={pageSize}; PRAGMA user_version=7; " + Rows);
        Assert.Equal(new TreeCheckResult("ok", 7), Check(TreeCheck.Full, File.ReadAllBytes(path)));
    }

    [Fact]
    public void A_database_whose_pages_are_of_two_moments_fails_though_each_page_is_whole()
    {
        using var home = new Home();
        var path = Make(home, Rows);
        var before = File.ReadAllBytes(path);
        using (var database = PlainSqlite.Open(path))
            database.Run("DELETE FROM t WHERE id % 3 = 0; INSERT INTO t SELECT id+10000, hex(randomblob(300)) FROM t LIMIT 900");
        var after = File.ReadAllBytes(path);
        byte[] torn = [.. before.AsSpan(0, before.Length / 8192 * 4096), .. after.AsSpan(before.Length / 8192 * 4096)];
        Assert.StartsWith("failed: ", Check(TreeCheck.Quick, torn).Integrity, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_differs_from_its_table_is_found_by_the_full_check()
    {
        using var home = new Home();
        var path = Make(home, "CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX i ON t(x); INSERT INTO t VALUES(1,'needle')");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().LastIndexOf("needle"u8)] ^= 1;
        Assert.Equal("ok", Check(TreeCheck.Quick, bytes).Integrity);
        Assert.StartsWith("failed: ", Check(TreeCheck.Full, bytes).Integrity, StringComparison.Ordinal);
    }

    [Fact]
    public void Virtual_tables_are_left_out_and_counted_and_the_tables_behind_them_are_walked()
    {
        using var home = new Home();
        var path = Make(home, "CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('one'),('two'); "
            + "PRAGMA writable_schema=ON; UPDATE sqlite_schema "
            + "SET sql='CREATE VIRTUAL TABLE f USING fts5(x, tokenize=''signal_tokenizer'')' WHERE name='f'");
        Assert.Equal(new TreeCheckResult("ok", 0, 1), Check(TreeCheck.Quick, File.ReadAllBytes(path)));
        Assert.Equal(new TreeCheckResult("ok", 0, 1), Check(TreeCheck.Full, File.ReadAllBytes(path)));
    }

    [Fact]
    public void A_file_that_is_no_database_fails_and_an_empty_one_is_well()
    {
        Assert.StartsWith("failed: ", Check(TreeCheck.Quick, new byte[8192]).Integrity, StringComparison.Ordinal);
        Assert.Equal("ok", Check(TreeCheck.Quick, []).Integrity);
    }

    [Fact]
    public void What_fails_while_reading_reaches_the_caller_and_is_no_verdict()
    {
        static int Broken(Span<byte> buffer, long offset) => throw new IOException("the disk is gone");
        Assert.Throws<IOException>(() => TreeCheck.Run(TreeCheck.Quick, Broken, 8192, null, default));
        Assert.Throws<OperationCanceledException>(() => TreeCheck.Run(TreeCheck.Quick, Reader(new byte[8192]), 8192, null, new(true)));
    }

    [Fact]
    public async Task An_encrypted_database_is_walked_in_memory_with_its_key_and_torn_ones_are_found()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        Directory.CreateDirectory(Path.GetDirectoryName(home.At(Home.SignalDatabase))!);
        var path = home.At(Home.SignalDatabase);
        var first = await WriteAsync(path);
        var second = await WriteAsync(path);
        using var key = CipherKey.Of(Home.Key);
        Assert.Equal(new TreeCheckResult("ok", 42), TreeCheck.Run(TreeCheck.Full, Reader(second), second.Length, key, default));
        byte[] torn = [.. second.AsSpan(0, 8192), .. first.AsSpan(8192, first.Length - 8192)];
        using var pages = new PageAuthenticator(key);
        pages.Observe(torn);
        Assert.Equal("ok", pages.Result());
        Assert.StartsWith(
            "failed: ", TreeCheck.Run(TreeCheck.Quick, Reader(torn), torn.Length, key, default).Integrity, StringComparison.Ordinal);
    }

    private const string Rows = "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX i ON t(x); "
        + "WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO t SELECT i, hex(randomblob(100)) FROM n";

    private static async Task<byte[]> WriteAsync(string path)
    {
        for (var run = 0; run < 6; run++)
        {
            await using var writer = await LiveWriter.StartAsync(path, new(Home.Key));
            await writer.StopAsync();
        }
        return File.ReadAllBytes(path);
    }

    private static string Make(Home home, string sql)
    {
        using var database = PlainSqlite.Open(home.At("a.db"));
        database.Run(sql);
        return home.At("a.db");
    }

    private static TreeCheckResult Check(string check, byte[] bytes) => TreeCheck.Run(check, Reader(bytes), bytes.Length, null, default);

    private static ContentReader Reader(byte[] bytes) => (buffer, offset) =>
    {
        var part = bytes.AsSpan((int)offset, (int)Math.Min(buffer.Length, bytes.Length - offset));
        part.CopyTo(buffer);
        return part.Length;
    };
}
