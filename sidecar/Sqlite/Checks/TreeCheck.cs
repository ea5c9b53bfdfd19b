using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// Walks every b-tree of a copy with stock SQLite: what catches a copy torn between two commits, in which every page by itself is right.
/// The copy is read where it lies and how it lies, decrypted in memory where there is a key.
/// </summary>
internal static class TreeCheck
{
    public const string Quick = "quick_check", Full = "integrity_check";

    private const int Corrupt = 11, NotDatabase = 26, IoError = 10;

    /// <summary>From here on a check asks virtual tables too (release notes of 3.44.0), and Signal's need a tokenizer of its own.</summary>
    private const int AsksVirtualTables = 3_044_000;

    /// <param name="check"><see cref="Quick"/>, or <see cref="Full"/>, which also compares every index with its table.</param>
    public static TreeCheckResult Run(string check, ContentReader read, long length, CipherKey? key, CancellationToken cancellation)
    {
        using var pages = key is null ? null : new CipherPages(read, key);
        var source = new ReadOnlySource(pages is null ? read : pages.Read, length, cancellation);
        try
        {
            var result = Open(check, source);
            if (source.Failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);
            return result;
        }
        catch (DllNotFoundException)
        {
            return new("not checked: libsqlite3.so.0 is not installed");
        }
    }

    private static TreeCheckResult Open(string check, ReadOnlySource source)
    {
        var name = ReadOnlyVfs.Add(source);
        var code = Libsqlite.Open(name, out var database, Libsqlite.ReadOnly, ReadOnlyVfs.Name);
        try
        {
            return code == 0 ? Walk(check, database) : new($"failed: {Text(Libsqlite.Message(database))}");
        }
        finally
        {
            _ = Libsqlite.Close(database);
            ReadOnlyVfs.Remove(name);
        }
    }

    private static TreeCheckResult Walk(string check, nint database)
    {
        try
        {
            // There is nowhere to put a temporary file.
            Ask(database, "PRAGMA temp_store=MEMORY");
            var version = long.Parse(Ask(database, "PRAGMA user_version")[0], System.Globalization.CultureInfo.InvariantCulture);
            var isVirtual = Ask(database, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND rootpage=0")[0];
            var skipped = int.Parse(isVirtual, System.Globalization.CultureInfo.InvariantCulture);
            var found = skipped > 0 && Libsqlite.Version() >= AsksVirtualTables
                ? Tables(database)
                    .Select(table => Ask(database, $"PRAGMA {check}('{table.Replace("'", "''", StringComparison.Ordinal)}')")[0])
                : [Ask(database, $"PRAGMA {check}(1)")[0]];
            return new(found.FirstOrDefault(answer => answer != "ok") is { } wrong ? $"failed: {wrong}" : "ok", version, skipped);
        }
        catch (SqliteRefusalException refusal)
        {
            return new(refusal.Code is Corrupt or NotDatabase or IoError
                ? $"failed: {refusal.Message}"
                : $"not checked: {refusal.Message}");
        }
    }

    private static List<string> Tables(nint database) =>
        ["sqlite_schema", .. Ask(database, "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0")];

    private static List<string> Ask(nint database, string sql)
    {
        List<string> rows = [];
        var code = Libsqlite.Prepare(database, sql, -1, out var statement, 0);
        try
        {
            while (code == 0 && Libsqlite.Step(statement) is var step)
            {
                if (step == Libsqlite.Row)
                    rows.Add(Text(Libsqlite.Text(statement, 0)));
                else if (step == Libsqlite.Done)
                    return rows;
                else
                    code = step;
            }
            throw new SqliteRefusalException(code & 0xff, Text(Libsqlite.Message(database)));
        }
        finally
        {
            _ = Libsqlite.FinalizeStatement(statement);
        }
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    private sealed class SqliteRefusalException(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}

/// <summary>What a walk found: "ok", "failed: …" or "not checked: …".</summary>
/// <param name="VirtualTables">Left out: they are views of ordinary tables, which were walked.</param>
internal sealed record TreeCheckResult(string Integrity, long? UserVersion = null, int VirtualTables = 0);
