using ChatOps.Testing.Sqlite;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ChatOps.Sidecar.Tests.Sqlite;

internal enum Act
{
    Insert, Blob, Update, Delete, Create, Drop, RollBack, LeaveOpen, Read, StopReading, Shrink, Vacuum, Passive, Full, Restart, Truncate,
}

internal readonly record struct Step(Act Act, int Size);

/// <summary>The files of a database at one moment, as anybody who copies them would find them.</summary>
internal sealed record Photograph(byte[] Main, byte[] Wal);

/// <summary>
/// What a program did to a database in WAL mode, step by step. Played on real SQLite; FsCheck makes it, and makes it smaller when it fails.
/// </summary>
internal sealed record History(int PageSize, int AutoVacuum, IReadOnlyList<Step> Steps, int Seed)
{
    public static Arbitrary<History> Any { get; } = Arb.From(
        from page in Gen.Choose(9, 16)
        from vacuum in Gen.Choose(0, 2)
        from length in Gen.Choose(6, 24)
        from steps in AnyStep.ArrayOf(length)
        from seed in Gen.Choose(0, int.MaxValue)
        select new History(1 << page, vacuum, steps, seed), Smaller);

    private static Gen<Step> AnyStep { get; } =
        from act in Gen.Choose(0, (int)Act.Truncate)
        from size in Gen.Choose(1, 40)
        select new Step((Act)act, size);

    public override string ToString() => $"page size {PageSize}, auto_vacuum {AutoVacuum}, seed {Seed}: {string.Join(", ", Steps)}";

    /// <summary>Plays it in a directory of its own and photographs the files after each step that left a WAL.</summary>
    public List<Photograph> Play(string path)
    {
        using var writer = PlainSqlite.Open(path);
        // A cache of a few pages spills, so that frames of a transaction reach the WAL long before its commit, or without any.
        writer.Run($"PRAGMA page_size={PageSize}; PRAGMA auto_vacuum={AutoVacuum}; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
            + "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=3; PRAGMA busy_timeout=0; CREATE TABLE t0(n INTEGER, body)");
        using var reader = PlainSqlite.Open(path);
        List<Photograph> photographs = [];
        foreach (var step in Steps)
        {
            Do(writer, reader, step);
            var (main, wal) = (File.ReadAllBytes(path), File.Exists(path + "-wal") ? File.ReadAllBytes(path + "-wal") : []);
            if (wal.Length > 0)
                photographs.Add(new(main, wal));
        }
        return photographs;
    }

    private void Do(SqliteConnection writer, SqliteConnection reader, Step step)
    {
        var (act, size) = step;
        var table = $"t{size % 3}";
        // A refusal (a table that is not there, a reader in the way) is part of such a life.
        _ = act switch
        {
            Act.Insert => Try(writer, Insert(table, size, "printf('%.60c', 'x') || n")),
            Act.Blob => Try(writer, Insert(table, 1 + (size % 3), $"randomblob({PageSize / 2 * (size % 5)})")),
            Act.Update => Try(writer, $"UPDATE {table} SET body = randomblob({size}) WHERE n % 3 = {size % 3}"),
            Act.Delete => Try(writer, $"DELETE FROM {table} WHERE n % 4 = {size % 4}"),
            Act.Create => Try(writer, $"CREATE TABLE {table}(n INTEGER, body); CREATE INDEX i{table} ON {table}(n)"),
            Act.Drop => Try(writer, $"DROP TABLE {table}"),
            Act.RollBack => Try(writer, "BEGIN") && Spill(writer, size) && Try(writer, "ROLLBACK"),
            Act.LeaveOpen => Try(writer, "BEGIN") ? Spill(writer, size) : Try(writer, size % 2 == 0 ? "COMMIT" : "ROLLBACK"),
            Act.Read => Try(reader, "BEGIN; SELECT count(*) FROM sqlite_schema"),
            Act.StopReading => Try(reader, "COMMIT"),
            Act.Shrink => Try(writer, "PRAGMA incremental_vacuum(2)"),
            Act.Vacuum => Try(writer, "VACUUM"),
            _ => Try(writer, $"PRAGMA wal_checkpoint({act})"),
        };
    }

    private bool Spill(SqliteConnection writer, int size) => Try(writer, Insert("t0", 8, $"randomblob({PageSize / 8 * (size % 9)})"));

    private static string Insert(string table, int rows, string body) =>
        $"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {rows}) INSERT INTO {table} SELECT n, {body} FROM c";

    // Not through a command: that one waits half a minute for a reader that will never go.
    private static bool Try(SqliteConnection connection, string sql) => raw.sqlite3_exec(connection.Handle!, sql) == raw.SQLITE_OK;

    private static IEnumerable<History> Smaller(History history)
    {
        for (var i = 0; i < history.Steps.Count; i++)
            yield return history with { Steps = [.. history.Steps.Where((_, at) => at != i)] };
    }
}
