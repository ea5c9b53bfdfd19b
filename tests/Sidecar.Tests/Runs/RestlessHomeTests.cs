using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// What programs do to their files while a snapshot runs. Every copy is one state that was committed, or the end says clearly why there is
/// none. The program works in this process, the sidecar in its own.
/// </summary>
public sealed class RestlessHomeTests : IDisposable
{
    private const int Snapshots = 6;
    private static readonly string[] Modes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"];
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly Home _home = new();

    public static TheoryData<string> Habits =>
        ["created and deleted", "vacuumed", "checkpointed", "replaced", "opened and closed", "switched between journals"];

    [Theory]
    [MemberData(nameof(Habits))]
    public async Task A_database_is_whole_in_every_copy_while_it_is(string habit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var program = Task.Run(() => Live(habit, stop.Token), CancellationToken.None);
        var whole = 0;
        for (var i = 0; i < Snapshots; i++)
        {
            var (code, output, error) = await Cli.RunAsync(_home, "snapshot", "--wait", "2");
            Assert.True(code is 0 or 3 || (code is 1 or 4 && error.StartsWith("sidecar: ", StringComparison.Ordinal)
                && error.Contains("a.db", StringComparison.Ordinal)), $"{code}: {output}{error}");
            whole += code is 0 or 3 ? 1 : 0;
        }
        await stop.CancelAsync();
        await program;
        foreach (var manifest in await _home.ListAsync())
        {
            Assert.Empty(manifest.Verification.Failures);
            await _home.RestoreAsync(manifest.Name, _home.Aside(manifest.Name));
            AssertWhole(Path.Combine(_home.Aside(manifest.Name), "a.db"));
        }
        Assert.True(whole >= Snapshots / 2, $"only {whole} of {Snapshots} succeeded");
    }

    [Fact]
    public async Task A_folder_of_LevelDB_changing_all_the_while_gives_archives_that_verify_and_current_files_that_were_written_whole()
    {
        Directory.CreateDirectory(_home.At("leveldb"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var program = Task.Run(() => Compact(stop.Token), CancellationToken.None);
        for (var i = 0; i < Snapshots; i++)
        {
            var manifest = await _home.SnapshotAsync();
            await _home.VerifyAsync(manifest.Name);
            await _home.RestoreAsync(manifest.Name, _home.Aside($"into{i}"));
            var current = Path.Combine(_home.Aside($"into{i}"), "leveldb/CURRENT");
            if (File.Exists(current))
                Assert.Matches("^MANIFEST-[0-9]{6}\n$", File.ReadAllText(current));
        }
        await stop.CancelAsync();
        await program;
    }

    public void Dispose() => _home.Dispose();

    private void Live(string habit, CancellationToken stop)
    {
        var path = _home.At("a.db");
        using (var first = Open(path))
            Write(first, 0);
        for (var i = 1; !stop.IsCancellationRequested; i++)
        {
            if (habit == "created and deleted")
            {
                foreach (var suffix in (string[])["", "-wal", "-shm"])
                    File.Delete(path + suffix);
            }
            if (habit == "replaced")
            {
                var other = _home.Aside("other.db");
                using (var replacement = Open(other))
                    Write(replacement, i);
                File.Move(other, path, overwrite: true);
            }
            using var program = Open(path);
            for (var n = 0; n < (habit == "opened and closed" ? 2 : 20); n++)
            {
                Write(program, n);
                Try(program, habit switch
                {
                    "vacuumed" => "VACUUM",
                    "checkpointed" => $"PRAGMA wal_checkpoint({Modes[n % 4]})",
                    "switched between journals" => $"PRAGMA journal_mode={(n % 2 == 0 ? "DELETE" : "WAL")}",
                    _ => "SELECT 1",
                });
            }
        }
    }

    /// <summary>Both tables in one commit: a copy in which they differ is of no moment there ever was.</summary>
    private static void Write(SqliteConnection database, int n)
    {
        if (Try(database, "BEGIN IMMEDIATE"))
        {
            Try(database, $"INSERT INTO a VALUES({n}, randomblob(3000)); INSERT INTO b VALUES({n}, randomblob(3000));"
                + "DELETE FROM a WHERE rowid < (SELECT max(rowid) - 40 FROM a); "
                + "DELETE FROM b WHERE rowid < (SELECT max(rowid) - 40 FROM b)");
            Try(database, "COMMIT");
        }
    }

    private static SqliteConnection Open(string path)
    {
        var database = PlainSqlite.Open(path);
        Try(database, "PRAGMA journal_mode=WAL");
        Try(database, "BEGIN; CREATE TABLE a(n, x); CREATE TABLE b(n, x); COMMIT");
        return database;
    }

    private static bool Try(SqliteConnection database, string sql) => raw.sqlite3_exec(database.Handle!, sql) == raw.SQLITE_OK;

    private static void AssertWhole(string path)
    {
        // Deleted just then, or created and not yet committed to: nothing to be whole.
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            return;
        using var database = PlainSqlite.Open(path);
        Assert.Equal("ok", database.Ask("PRAGMA integrity_check"));
        if (database.Ask("SELECT count(*) FROM sqlite_schema") is 2L)
            Assert.Equal(0L, database.Ask("SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM b) + (SELECT count(*) FROM "
                + "(SELECT n FROM a EXCEPT SELECT n FROM b))"));
    }

    private void Compact(CancellationToken stop)
    {
        var folder = _home.At("leveldb");
        for (var i = 1; !stop.IsCancellationRequested; i = (i % 900_000) + 1)
        {
            File.WriteAllText(Path.Combine(folder, $"MANIFEST-{i:D6}"), new string('m', 500));
            File.AppendAllText(Path.Combine(folder, "LOG"), $"compaction {i}\n");
            File.WriteAllText(Path.Combine(folder, "000001.dbtmp"), $"MANIFEST-{i:D6}\n");
            File.Move(Path.Combine(folder, "000001.dbtmp"), Path.Combine(folder, "CURRENT"), overwrite: true);
            File.Delete(Path.Combine(folder, $"MANIFEST-{i - 1:D6}"));
        }
    }
}
