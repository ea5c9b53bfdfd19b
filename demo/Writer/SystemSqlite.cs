using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace ChatOps.Demo.Writer;

/// <summary>Makes Microsoft.Data.Sqlite use the system's own, patched libsqlite3 rather than one bundled years ago.</summary>
internal static class SystemSqlite
{
    public static void Use()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0;
}
