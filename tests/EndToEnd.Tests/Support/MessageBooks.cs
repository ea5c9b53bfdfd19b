using System.Globalization;
using System.Text.Json;
using ChatOps.Testing.Sqlite;
using Microsoft.Data.Sqlite;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>
/// What the demo's writers keep true at every instant: money only moves, message numbers have no gap, the b-trees are whole. Opens the
/// stand-in's database with SQLite, the real engine's with the real engine and the key of its home.
/// </summary>
internal sealed class MessageBooks : IAsyncDisposable
{
    private const int Accounts = 50;
    private readonly CopyChecker? _engine;

    private MessageBooks(CopyChecker? engine) => _engine = engine;

    public static MessageBooks Of(string home, bool signal) => new(signal
        ? new CopyChecker(Key(home), "--rows", Accounts.ToString(CultureInfo.InvariantCulture), "--log", "messages.number")
        : null);

    /// <summary>The database of a home, whether somebody writes to it or not.</summary>
    public async Task<CopyVerdict> CheckAsync(string home)
    {
        var path = Path.Combine(home, ".config", "Signal", "sql", "db.sqlite");
        return _engine is null ? Plain(path) : await _engine.CheckAsync(path);
    }

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? default;

    private static string Key(string home)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(home, ".config", "Signal", "config.json")));
        return config.RootElement.GetProperty("key").GetString()!;
    }

    private static CopyVerdict Plain(string path)
    {
        using var database = PlainSqlite.Open(path);
        // One transaction: all answers are about the same instant.
        database.Run("BEGIN");
        var problems = new List<string>();
        if (database.Ask("PRAGMA integrity_check") is not "ok" and var broken) problems.Add($"{broken}");
        var (sum, count) = (Number(database, "SELECT sum(balance) FROM accounts"), Number(database, "SELECT count(*) FROM messages"));
        var last = Number(database, "SELECT coalesce(max(number), 0) FROM messages");
        if (sum != Accounts * 1000) problems.Add($"the accounts sum to {sum}");
        if (count != last) problems.Add($"{count} messages up to number {last}");
        return new(last, problems);
    }

    private static long Number(SqliteConnection database, string sql) => Convert.ToInt64(database.Ask(sql), CultureInfo.InvariantCulture);
}
