using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>The calls of the system's libsqlite3 used to check copies; never used on a file of the home.</summary>
internal static unsafe partial class Libsqlite
{
    public const int Row = 100, Done = 101, ReadOnly = 1;

    private const string Library = "libsqlite3.so.0";

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out nint database, int flags, string vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(nint database, string sql, int length, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int FinalizeStatement(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial nint Text(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion_number")]
    public static partial int Version();

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    public static partial int Register(void* vfs, int makeDefault);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial nint Message(nint database);
}
