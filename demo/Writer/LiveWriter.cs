using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace ChatOps.Demo.Writer;

/// <summary>
/// Stands in for Signal Desktop in the demo: keeps committing to a WAL database under a home, as fast as a busy chat, and writes
/// attachments before the rows that name them. Like Signal it has no busy handler: anything that made it wait would show as an error.
/// </summary>
internal static class LiveWriter
{
    private const int Accounts = 50;
    private const int AttachmentsKept = 400;

    /// <summary>
    /// <c>writer HOME PORT [SEED-MEGABYTES [PAUSE-MILLISECONDS]]</c>; listens on the port when it is ready and ends on SIGTERM.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (home, port) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
        var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;
        var pause = TimeSpan.FromMilliseconds(args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 10);
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
        var folder = Directory.CreateDirectory(Path.Combine(home, ".config", "Signal")).FullName;
        Seed(folder, seed);
        SystemSqlite.Use();
        using var database = Open(Path.Combine(folder, "sql", "db.sqlite"));
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var visitors = AcceptAsync(listener, stop.Token);
        await Console.Out.WriteLineAsync("writing");
        try
        {
            for (var number = Last(database) + 1; !stop.IsCancellationRequested; number++)
            {
                Commit(database, folder, number);
                if (number % 500 == 0) Execute(database, "PRAGMA wal_checkpoint(TRUNCATE)");
                await Task.Delay(pause, TimeProvider.System, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await Console.Out.WriteLineAsync("stopped");
        }
        await visitors;
        return 0;
    }

    private static SqliteConnection Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var database = new SqliteConnection($"Data Source={path};Pooling=False;Default Timeout=0");
        database.Open();
        Execute(database, "PRAGMA journal_mode=WAL");
        Execute(database, "PRAGMA synchronous=FULL");
        Execute(database, "PRAGMA wal_autocheckpoint=0");
        Execute(database, """
            CREATE TABLE IF NOT EXISTS accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS messages(
                number INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, amount INTEGER, attachment TEXT, body TEXT);
            PRAGMA user_version = 1;
            """);
        Execute(database, $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Accounts}) "
            + "INSERT OR IGNORE INTO accounts SELECT i, 1000 FROM n");
        return database;
    }

    /// <summary>
    /// One transaction: money moves between two accounts, so the sum of all balances never changes, and the log gains one row.
    /// </summary>
    private static void Commit(SqliteConnection database, string folder, long number)
    {
        var attachment = number % 20 == 0 ? Attach(folder, number) : null;
        using var transaction = database.BeginTransaction(deferred: false);
        var (from, to, amount) = (1 + (number * 7 % Accounts), 1 + (((number * 13) + 5) % Accounts), number % 9);
        Execute(database, $"UPDATE accounts SET balance = balance - {amount} WHERE id = {from}", transaction);
        Execute(database, $"UPDATE accounts SET balance = balance + {amount} WHERE id = {to}", transaction);
        using var insert = database.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO messages VALUES ($number, $from, $to, $amount, $attachment, $body)";
        insert.Parameters.AddWithValue("$number", number);
        insert.Parameters.AddWithValue("$from", from);
        insert.Parameters.AddWithValue("$to", to);
        insert.Parameters.AddWithValue("$amount", amount);
        insert.Parameters.AddWithValue("$attachment", (object?)attachment ?? DBNull.Value);
        insert.Parameters.AddWithValue("$body", $"message {number}");
        insert.ExecuteNonQuery();
        transaction.Commit();
    }

    private static string Attach(string folder, long number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{number % AttachmentsKept:x4}-{number:x}");
        var all = Directory.CreateDirectory(Path.Combine(folder, "attachments.noindex", "live"));
        var bytes = new byte[20_000];
        new Random((int)number).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(all.FullName, name), bytes);
        foreach (var old in all.EnumerateFiles($"{number % AttachmentsKept:x4}-*").Where(f => f.Name != name)) old.Delete();
        return name;
    }

    /// <summary>Files of earlier years, so that a snapshot has something to read.</summary>
    private static void Seed(string folder, int megabytes)
    {
        var attachments = Path.Combine(folder, "attachments.noindex");
        if (Directory.Exists(Path.Combine(attachments, "00"))) return;
        var bytes = new byte[250_000];
        var random = new Random(1);
        for (var i = 0; i < megabytes * 4; i++)
        {
            random.NextBytes(bytes);
            var into = Directory.CreateDirectory(Path.Combine(attachments, $"{i % 16:x2}"));
            File.WriteAllBytes(Path.Combine(into.FullName, $"{i:x6}"), bytes);
        }
    }

    private static long Last(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT coalesce(max(number), 0) FROM messages";
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection database, string sql, SqliteTransaction? transaction = null)
    {
        using var command = database.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.ExecuteNonQuery();
    }

    private static async Task AcceptAsync(TcpListener listener, CancellationToken ct)
    {
        try
        {
            while (true) (await listener.AcceptTcpClientAsync(ct)).Dispose();
        }
        catch (OperationCanceledException)
        {
            // The writer is done.
        }
    }
}
