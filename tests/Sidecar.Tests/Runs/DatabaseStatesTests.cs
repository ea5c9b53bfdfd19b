using System.Security.Cryptography;
using System.Text;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Tests.Sqlite;
using ChatOps.Testing;
using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>A database in every state that programs, crashes and disks leave it in: restored, it shows the rows SQLite sees.</summary>
public sealed class DatabaseStatesTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly Home _home = new();

    public static TheoryData<int, bool> PageSizes => new(
        from size in (int[])[512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
        from live in (bool[])[true, false]
        select (size, live));

    [Theory]
    [MemberData(nameof(PageSizes))]
    public async Task Every_page_size_live_and_at_rest(int size, bool live)
    {
        var writer = PlainSqlite.Open(_home.At("a.db"));
        writer.Run($"PRAGMA page_size={size}; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; "
            + "CREATE TABLE t(x); INSERT INTO t VALUES(1); PRAGMA wal_checkpoint(PASSIVE); "
            + "INSERT INTO t VALUES(randomblob(200000)); DELETE FROM t WHERE x = 1");
        var rows = Rows(writer);
        if (!live)
            writer.Dispose();
        var manifest = await RunAsync(0);
        Assert.Equal((live, "ok"), (manifest.Databases.Single().Live, manifest.Databases.Single().Integrity));
        Assert.Equal(rows, await RestoredRowsAsync(manifest));
        writer.Dispose();
    }

    /// <summary>What a program does to a database of 100 rows before its files are found, and whether with an index.</summary>
    public static TheoryData<string, string, bool> Remains => new()
    {
        { "WAL clean", "PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1); PRAGMA wal_checkpoint(TRUNCATE)", false },
        { "WAL after a crash", "PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1)", false },
        { "WAL after a crash with a stale index", "PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1)", true },
        { "WAL after a crash in a transaction",
            "PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1); BEGIN; UPDATE t SET x = randomblob(9000)", true },
        { "WAL partly copied back",
            "PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1); PRAGMA wal_checkpoint(PASSIVE); DELETE FROM t WHERE x = 1", true },
        { "journal deleted", "PRAGMA journal_mode=DELETE; INSERT INTO t VALUES(1)", false },
        { "journal truncated", "PRAGMA journal_mode=TRUNCATE; INSERT INTO t VALUES(1)", false },
        { "journal kept", "PRAGMA journal_mode=PERSIST; INSERT INTO t VALUES(1)", false },
        { "journal hot", "PRAGMA journal_mode=DELETE; BEGIN; UPDATE t SET x = randomblob(9000)", false },
        { "journal hot over a larger file",
            "PRAGMA journal_mode=PERSIST; BEGIN; DELETE FROM t; INSERT INTO t VALUES(randomblob(900000))", false },
    };

    [Theory]
    [MemberData(nameof(Remains))]
    public async Task What_a_program_left_behind_is_restored_to_the_rows_SQLite_recovers_from_it(string state, string sql, bool index)
    {
        Directory.CreateDirectory(_home.Aside("program"));
        Directory.CreateDirectory(_home.Aside("judge"));
        var path = Path.Combine(_home.Aside("program"), "a.db");
        using (var program = PlainSqlite.Open(path))
        {
            program.Run("PRAGMA cache_size=4; CREATE TABLE t(x); " + Fill(100) + sql);
            foreach (var suffix in (string[])["", "-wal", "-journal", .. index ? ["-shm"] : Array.Empty<string>()])
            {
                if (!File.Exists(path + suffix))
                    continue;
                File.Copy(path + suffix, _home.At("a.db" + suffix));
                File.Copy(path + suffix, Path.Combine(_home.Aside("judge"), "a.db" + suffix));
            }
        }
        var manifest = await RunAsync(0);
        Assert.True(manifest.Databases.Single() is { Live: false }, state);
        using var judge = PlainSqlite.Open(Path.Combine(_home.Aside("judge"), "a.db"));
        Assert.Equal(Rows(judge), await RestoredRowsAsync(manifest));
        Assert.Equal(
            state.Contains("hot", StringComparison.Ordinal),
            manifest.Databases.Single().Integrity.StartsWith("not checked: its journal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_no_bytes_stays_one()
    {
        _home.Write("a.db", "");
        _home.Write("a.db-wal", "");
        var manifest = await RunAsync(0);
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        Assert.Equal(0, new FileInfo(Path.Combine(_home.Aside("into"), "a.db")).Length);
    }

    [Fact]
    public async Task A_corrupt_file_with_the_header_of_a_database_is_kept_byte_for_byte_and_said_to_be_corrupt()
    {
        using (var database = PlainSqlite.Open(_home.At("a.db")))
            database.Run("CREATE TABLE t(x); " + Fill(500));
        var bytes = File.ReadAllBytes(_home.At("a.db"));
        Assert.True(bytes.Length > 8192);
        Seeds.NewRandom().NextBytes(bytes.AsSpan(4096));
        File.WriteAllBytes(_home.At("a.db"), bytes);
        var manifest = await RunAsync(3);
        Assert.StartsWith("a.db: failed: ", Assert.Single(manifest.Verification.Failures), StringComparison.Ordinal);
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_home.Aside("into"), "a.db")));
    }

    [Fact]
    public async Task Three_hundred_databases_of_which_several_are_live_are_copied_at_one_cut()
    {
        List<SqliteConnection> live = [];
        for (var i = 0; i < 300; i++)
        {
            var database = PlainSqlite.Open(_home.At($"{i}.db"));
            database.Run($"PRAGMA synchronous=OFF; PRAGMA journal_mode={(i % 3 == 0 ? "DELETE" : "WAL")}; "
                + $"CREATE TABLE t(x); INSERT INTO t VALUES({i})");
            if (i % 20 == 1 && i % 3 != 0)
                live.Add(database);
            else
                database.Dispose();
        }
        var manifest = await RunAsync(0);
        Assert.Equal((300, "instant"), (manifest.Databases.Count, manifest.Cut));
        Assert.Equal(live.Count, manifest.Databases.Count(database => database.Live));
        Assert.All(manifest.Databases, database => Assert.Equal("ok", database.Integrity));
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        foreach (var i in (int[])[0, 1, 41, 299])
            Assert.Equal($"{i}", Rows(Path.Combine(_home.Aside("into"), $"{i}.db")));
        live.ForEach(database => database.Dispose());
    }

    [Fact]
    public async Task Readers_in_every_read_slot_are_no_hindrance()
    {
        using var writer = PlainSqlite.Open(_home.At("a.db"));
        writer.Run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
        List<SqliteConnection> readers = [];
        for (var i = 0; i < 6; i++)
        {
            writer.Run($"INSERT INTO t VALUES({i})");
            readers.Add(PlainSqlite.Open(_home.At("a.db")));
            readers[^1].Run("BEGIN; SELECT count(*) FROM t");
        }
        var manifest = await RunAsync(0);
        Assert.True(manifest.Databases.Single().Live);
        Assert.Equal(Rows(writer), await RestoredRowsAsync(manifest));
        readers.ForEach(reader => reader.Dispose());
    }

    [Fact]
    public async Task A_key_wrapped_by_Chromium_without_a_keyring_authenticates_every_page()
    {
        Home.NeedsNode();
        _home.Write(".config/Signal/config.json", $"{{\"encryptedKey\":\"{Wrapped(Home.Key)}\",\"safeStorageBackend\":\"basic_text\"}}");
        await using var writer = await LiveWriter.StartAsync(_home.At(Home.SignalDatabase), new(Home.Key));
        var facts = (await _home.SnapshotAsync()).Databases.Single();
        Assert.Contains("page-hmac", facts.Checks);
        Assert.Equal(42, facts.UserVersion);
    }

    [Fact]
    public async Task A_writer_with_a_rollback_journal_under_load_may_wait_but_every_copy_is_whole()
    {
        Home.NeedsNode();
        await using var writer = await LiveWriter.StartAsync(_home.At("a.db"), new(Mode: "delete", PaceMilliseconds: 1));
        await using var checker = new CopyChecker(null);
        for (var i = 0; i < 10; i++)
        {
            var manifest = await _home.SnapshotAsync();
            Assert.Empty(manifest.Verification.Failures);
            await _home.RestoreAsync(manifest.Name, _home.Aside($"into{i}"));
            Assert.Empty((await checker.CheckAsync(Path.Combine(_home.Aside($"into{i}"), "a.db"))).Problems);
        }
        Assert.True((await writer.StopAsync()).Commits > 0);
    }

    [Fact]
    public async Task Pages_beyond_two_gigabytes_come_from_their_own_frames()
    {
        const uint far = 5_000_000;
        using var main = File.OpenHandle(_home.At("large"), FileMode.Create, FileAccess.ReadWrite);
        RandomAccess.SetLength(main, (long)far * WalBuilder.PageSize);
        RandomAccess.Write(main, [7], (far - 2L) * WalBuilder.PageSize);
        await File.WriteAllBytesAsync(_home.At("wal"),
            new WalBuilder(false).Frame(far, 0, 1).Frame(far + 2, far + 2, 2).Frame(far - 4_300_000, far + 2, 3).Bytes, Token);
        using var wal = File.OpenHandle(_home.At("wal"));
        var image = new DatabaseImage(main, RandomAccess.GetLength(main), wal, WalFile.Walk(wal));
        Assert.Equal((far + 2L) * WalBuilder.PageSize, image.Length);
        var bytes = new byte[8 * WalBuilder.PageSize];
        // Before the far page a page of the main file and one with a mark in it; after it a page that is nowhere, and the last frame.
        Assert.Equal(5 * WalBuilder.PageSize, image.Read(bytes, (far - 3L) * WalBuilder.PageSize));
        Assert.Equal([0, 7, 1, 0, 2], Enumerable.Range(0, 5).Select(page => (int)bytes[page * WalBuilder.PageSize]));
        Assert.Equal(WalBuilder.PageSize, image.Read(bytes.AsSpan(0, WalBuilder.PageSize), 699_999L * WalBuilder.PageSize));
        Assert.Equal(3, bytes[0]);
    }

    [Theory]
    [InlineData("ENOLCK")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("EINVAL")]
    public async Task A_file_system_that_refuses_locks_is_refused_in_words(string error)
    {
        Strace.Needs();
        using (var database = PlainSqlite.Open(_home.At("a.db")))
            database.Run("CREATE TABLE t(x)");
        using var process = Cli.StartUnder(
            ["strace", "-f", "-o", "/dev/null", "-P", _home.At("a.db"), "-e", $"inject=fcntl:error={error}"], _home, "snapshot");
        var said = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(4, process.ExitCode);
        Assert.Contains($"lock of {_home.At("a.db")} failed", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_home.Store));

        // Unless somebody said that it may be copied as it lies.
        using var told = Cli.StartUnder(
            ["strace", "-f", "-o", "/dev/null", "-P", _home.At("a.db"), "-e", $"inject=fcntl:error={error}"], _home,
            "snapshot", "--allow-unlocked", "true");
        await told.WaitForExitAsync(Token);
        Assert.Equal(0, told.ExitCode);
        Assert.True(Assert.Single(await _home.ListAsync()).Databases.Single().Unheld);
    }

    [Fact]
    public async Task A_home_mounted_read_only_is_enough_while_its_writer_works_elsewhere()
    {
        const string missing = "unshare(1) may not mount here";
        if (Archives.Age.AgeKey.Shell("unshare -rm mount --bind -o ro /tmp /tmp 2>/dev/null").Code != 0)
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", missing);
        using var writer = PlainSqlite.Open(_home.At("a.db"));
        writer.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        var script = $"mount --bind -o ro '{_home.Root}' '{_home.Root}' && ! touch '{_home.Root}/x' 2>/dev/null && exec \"$0\" \"$@\"";
        using var process = Cli.StartUnder(["unshare", "-rm", "bash", "-c", script], _home, "snapshot");
        var said = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, said);
        var manifest = Assert.Single(await _home.ListAsync());
        Assert.True(manifest.Databases.Single().Live);
        Assert.Equal("1", await RestoredRowsAsync(manifest));
    }

    public void Dispose() => _home.Dispose();

    /// <summary>In a process of its own: SQLite's locks in ours would go when another descriptor of the same file is closed.</summary>
    private async Task<Manifest> RunAsync(int expected)
    {
        var (code, output, error) = await Cli.RunAsync(_home, "snapshot");
        Assert.True(code == expected, $"{code}: {output}{error}");
        return (await _home.ListAsync())[0];
    }

    private async Task<string> RestoredRowsAsync(Manifest manifest)
    {
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        return Rows(Path.Combine(_home.Aside("into"), "a.db"));
    }

    private static string Rows(string path)
    {
        using var database = PlainSqlite.Open(path);
        Assert.Equal("ok", database.Ask("PRAGMA integrity_check"));
        return Rows(database);
    }

    private static string Rows(SqliteConnection database) =>
        database.Ask("SELECT group_concat(CASE typeof(x) WHEN 'blob' THEN hex(x) ELSE x END, '|') "
            + "FROM (SELECT x FROM t ORDER BY rowid)")!.ToString()!;

    private static string Fill(int rows) =>
        $"INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {rows}) "
            + "SELECT printf('%.80c', 'x') || n FROM c;";

    /// <summary>As Chromium's basic_text writes it: "v10" and AES-128-CBC under a password everybody knows.</summary>
    private static string Wrapped(string key)
    {
        using var aes = Aes.Create();
#pragma warning disable CA5379, CA5387 // The format's own.
        aes.Key = Rfc2898DeriveBytes.Pbkdf2("peanuts", "saltysalt"u8, 1, HashAlgorithmName.SHA1, 16);
#pragma warning restore CA5379, CA5387
        var secret = aes.EncryptCbc(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(new string(' ', 16)));
        return Convert.ToHexStringLower([.. "v10"u8, .. secret]);
    }
}
