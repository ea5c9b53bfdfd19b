using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Walks every b-tree of a plain copy with stock SQLite (PRAGMA quick_check): what catches a copy torn between two commits.
/// </summary>
internal static class QuickCheck
{
    public const string Name = "quick_check";

    /// <summary>"ok", "failed: …" or "not checked: …", and the user_version where it could be read.</summary>
    public static (string Integrity, long? UserVersion) Run(string copy)
    {
        try
        {
            // immutable: a lone copy has neither -wal nor -shm, and none must be made.
            var code = Libsqlite.Open($"file:{Uri.EscapeDataString(copy)}?immutable=1", out var database,
                Libsqlite.ReadOnly | Libsqlite.Uri, 0);
            try
            {
                return code == 0 ? Check(database) : ($"failed: {Text(Libsqlite.Message(database))}", null);
            }
            finally
            {
                _ = Libsqlite.Close(database);
            }
        }
        catch (DllNotFoundException)
        {
            return ("not checked: libsqlite3.so.0 is not installed", null);
        }
    }

    private static (string, long?) Check(nint database)
    {
        var (answer, _) = First(database, "PRAGMA quick_check(1)");
        var (_, version) = First(database, "PRAGMA user_version");
        return (answer == "ok" ? answer : $"failed: {answer}", version);
    }

    private static (string Text, long Number) First(nint database, string sql)
    {
        if (Libsqlite.Prepare(database, sql, -1, out var statement, 0) != 0)
            return (Text(Libsqlite.Message(database)), 0);
        try
        {
            return Libsqlite.Step(statement) == Libsqlite.Row
                ? (Text(Libsqlite.Text(statement, 0)), Libsqlite.Integer(statement, 0))
                : (Text(Libsqlite.Message(database)), 0);
        }
        finally
        {
            _ = Libsqlite.FinalizeStatement(statement);
        }
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}
