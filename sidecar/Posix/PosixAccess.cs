using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Posix;

/// <summary>Asks the kernel what this process may do, by faccessat(2) with its effective user, and changes nothing.</summary>
internal static partial class PosixAccess
{
    private const int Execute = 1, Write = 2, Effective = 0x200;

    /// <summary>Names in this directory may be made, renamed and removed: allowed, and not mounted read-only.</summary>
    public static bool MayChange(string directory) => AccessAt(Libc.CurrentDirectory, directory, Write | Execute, Effective) == 0;

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessAt(int directory, string path, int mode, int flags);
}
