using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>The system calls .NET does not offer, with the names and argument order of their manual pages (section 2 and 3).</summary>
internal static unsafe partial class Libc
{
    public const int CurrentDirectory = -100;
    public const int NoFollow = 0x100;
    public const int RemoveDirectory = 0x200;
    public const int EmptyPath = 0x1000;
    public const uint StartOnly = 2;
    public const uint NoReplace = 1;
    public const int DoNotNeed = 4;
    public const int DuplicateCloseOnExec = 1030;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int OpenAt(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int StatX(int directory, string path, int flags, uint mask, byte* state);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial nint ReadLinkAt(int directory, string path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int MakeDirectoryAt(int directory, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int SymbolicLinkAt(string target, int directory, string path);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int LinkAt(int fromDirectory, string from, int toDirectory, string to, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int UnlinkAt(int directory, string path, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int ChangeOwnerAt(int directory, string path, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int ChangeModeAt(int directory, string path, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int SetTimesAt(int directory, string path, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint ListAttributes(SafeFileHandle file, byte* list, nuint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial nint GetAttribute(SafeFileHandle file, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int SetAttribute(SafeFileHandle file, string name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "fremovexattr", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    public static partial int RemoveAttribute(SafeFileHandle file, string name);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenDirectoryStream(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    public static partial byte* ReadDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "rewinddir")]
    public static partial void RewindDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    public static partial int CloseDirectoryStream(nint stream);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void SyncEverything();

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int StartWriting(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, byte* argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Duplicate(SafeFileHandle file, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nuint address, nuint length, int advice);
}
