using System.Diagnostics;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// The state that SQLite's WAL-reset bug leaves (sqlite.org/wal.html, "The WAL-Reset Bug"): the index counts frames as copied into the
/// main file that no checkpoint has copied. How it comes about is a race of microseconds, so the index is told here.
/// </summary>
public sealed class PassedOverTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly Home _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Pages_that_a_checkpoint_passed_over_are_in_the_copy_and_told_and_SQLite_loses_them()
    {
        using var writer = PlainSqlite.Open(_home.At("a.db"));
        writer.Run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x); CREATE INDEX i ON t(x); "
            + $"{Fill} PRAGMA wal_checkpoint(RESTART); UPDATE t SET x = x || x; {Fill}");
        Assert.Equal(0, (await RunAsync()).Databases.Single().PassedOver);
        var rows = Rows(writer);
        await CountAllAsCopiedAsync();
        var manifest = await RunAsync();
        Assert.True(manifest.Databases.Single() is { Live: true, Integrity: "ok", PassedOver: > 0 });
        Assert.Contains(ManifestResult.Of(manifest, []).Warnings, warning => warning.Contains("WAL-reset bug", StringComparison.Ordinal));
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        using (var restored = PlainSqlite.Open(Path.Combine(_home.Aside("into"), "a.db")))
            Assert.Equal(rows, Rows(restored));
        writer.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        using var after = PlainSqlite.Open(_home.At("a.db"));
        Assert.NotEqual(rows, Rows(after));
    }

    /// <summary>nBackfill becomes mxFrame. By another program: closing it here would drop the locks that SQLite holds.</summary>
    private async Task CountAllAsCopiedAsync()
    {
        const string Copy = "dd if=\"$0\" of=\"$0\" bs=4 skip=4 seek=24 count=1 conv=notrunc 2>/dev/null";
        using var process = Process.Start("/bin/sh", ["-c", Copy, _home.At("a.db-shm")]);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
    }

    private async Task<Manifest> RunAsync()
    {
        var (code, output, error) = await Cli.RunAsync(_home, "snapshot");
        Assert.True(code == 0, $"{code}: {output}{error}");
        return (await _home.ListAsync())[0];
    }

    private static string Rows(SqliteConnection database) =>
        $"{database.Ask("SELECT count(*) || ' ' || total(length(x)) FROM (SELECT x FROM t NOT INDEXED)")}";

    private const string Fill = "INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 500) "
        + "SELECT printf('%.80c', 'x') || n FROM c;";
}
