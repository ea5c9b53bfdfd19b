using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// Opens and alters files relative to an open directory, never through a symbolic link, so a link swapped in meanwhile leads nowhere.
/// </summary>
internal static unsafe class PosixFile
{
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollowFlag = IsArm ? 0x8000 : 0x20000;

    private const int CloseOnExec = 0x80000, NonBlocking = 0x800, Create = 0x40, Exclusive = 0x80, WriteOnly = 1,
        PathOnly = 0x200000;

    /// <summary>Opens for reading only. Non-blocking, so that a pipe put in the place of a file cannot hold us.</summary>
    public static SafeFileHandle? TryOpen(SafeFileHandle? directory, string name)
    {
        var descriptor = Libc.OpenAt(At(directory), name, CloseOnExec | NonBlocking | NoFollowFlag, 0);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        var failure = PosixException.Last("open", directory, name);
        return failure.IsVanished ? null : throw failure;
    }

    public static SafeFileHandle OpenDirectory(SafeFileHandle? directory, string name, bool follow = false)
    {
        var flags = CloseOnExec | DirectoryOnly | (follow ? 0 : NoFollowFlag);
        var descriptor = Libc.OpenAt(At(directory), name, flags, 0);
        return descriptor >= 0 ? new(descriptor, true) : throw PosixException.Last("open directory", directory, name);
    }

    /// <summary>Without any link in it. Asks for no right but to find it.</summary>
    public static string RealPath(string path)
    {
        var descriptor = Libc.OpenAt(Libc.CurrentDirectory, path, CloseOnExec | PathOnly, 0);
        if (descriptor < 0)
            throw PosixException.Last("open", path);
        using var open = new SafeFileHandle(descriptor, ownsHandle: true);
        return PosixException.PathOf(open);
    }

    public static SafeFileHandle CreateNew(SafeFileHandle directory, string name, uint mode)
    {
        var descriptor = Libc.OpenAt(At(directory), name, CloseOnExec | Create | Exclusive | WriteOnly | NoFollowFlag, mode);
        return descriptor >= 0 ? new(descriptor, true) : throw PosixException.Last("create", directory, name);
    }

    public static string ReadLink(SafeFileHandle directory, string name)
    {
        var buffer = stackalloc byte[4096];
        var length = Libc.ReadLinkAt(At(directory), name, buffer, 4096);
        return length >= 0 ? ByteName.Decode(new(buffer, (int)length)) : throw PosixException.Last("readlink", directory, name);
    }

    public static void MakeDirectory(SafeFileHandle directory, string name) =>
        Check(Libc.MakeDirectoryAt(At(directory), name, 0x1C0), "mkdir", directory, name);

    /// <summary>False where the file system has no symbolic links.</summary>
    public static bool TryMakeLink(SafeFileHandle directory, string name, string target) =>
        IsDone(Libc.SymbolicLinkAt(target, At(directory), name), "symlink", directory, name);

    /// <summary>False where the file system has none, or no more of this file.</summary>
    public static bool TryMakeHardLink(SafeFileHandle fromDirectory, string from, SafeFileHandle directory, string name) =>
        IsDone(Libc.LinkAt(At(fromDirectory), from, At(directory), name, 0), "link", directory, name);

    public static void Rename(string from, string to) =>
        Check(Libc.RenameAt(Libc.CurrentDirectory, from, Libc.CurrentDirectory, to), "rename", null, $"{from} to {to}");

    /// <summary>False, and nothing changed, where the new name is taken.</summary>
    public static bool TryRenameNew(string from, string to)
    {
        if (Libc.RenameAt2(Libc.CurrentDirectory, from, Libc.CurrentDirectory, to, Libc.NoReplace) == 0)
            return true;
        var failure = PosixException.Last("rename", $"{from} to {to}");
        if (failure.Errno == PosixException.Exists)
            return false;
        if (failure.Errno is not (PosixException.Invalid or PosixException.NotImplemented))
            throw failure;
        // Some network file systems cannot do both in one step.
        if (File.Exists(to))
            return false;
        Rename(from, to);
        return true;
    }

    public static void SetMode(SafeFileHandle? directory, string name, uint mode) =>
        Check(Libc.ChangeModeAt(At(directory), name, mode, 0), "chmod", directory, name);

    /// <summary>False where only its owner may, or the file system keeps no modes.</summary>
    public static bool TrySetMode(SafeFileHandle directory, string name, uint mode) =>
        IsDone(Libc.ChangeModeAt(At(directory), name, mode, 0), "chmod", directory, name);

    /// <summary>False where only its owner may, or the file system keeps no times.</summary>
    public static bool TrySetTimes(SafeFileHandle directory, string name, UnixTime modified)
    {
        var times = stackalloc long[] { modified.Seconds, modified.Nanoseconds, modified.Seconds, modified.Nanoseconds };
        return IsDone(Libc.SetTimesAt(At(directory), name, times, Libc.NoFollow), "utimensat", directory, name);
    }

    /// <summary>False where this process may not give files away.</summary>
    public static bool TrySetOwner(SafeFileHandle directory, string name, uint uid, uint gid) =>
        IsDone(Libc.ChangeOwnerAt(At(directory), name, uid, gid, Libc.NoFollow), "chown", directory, name);

    /// <summary>Removes a directory and all below it, however deep and whatever its names; harmless when it is not there.</summary>
    public static void RemoveTree(SafeFileHandle? parent, string name)
    {
        if ((parent is null ? FileState.Find(name) : FileState.Find(parent, name)) is null)
            return;
        // One that was made read-only could otherwise not be emptied by its owner.
        _ = Libc.ChangeModeAt(At(parent), name, 0x1C0, 0);
        using (var directory = OpenDirectory(parent, name))
        {
            foreach (var child in DirectoryNames.Of(directory).Names)
            {
                if (FileState.Find(directory, child) is { Kind: FileKind.Directory })
                    RemoveTree(directory, child);
                else
                    Check(Libc.UnlinkAt(At(directory), child, 0), "unlink", directory, child);
            }
        }
        Check(Libc.UnlinkAt(At(parent), name, Libc.RemoveDirectory), "rmdir", parent, name);
    }

    /// <summary>
    /// What was renamed in this directory is on its disk. False where that cannot be asked for: CIFS, FUSE and the like answer fsync(2) of
    /// a directory with EINVAL, and one that may be written and not read cannot be opened for it. The renaming has happened all the same.
    /// </summary>
    public static bool TrySync(string directory)
    {
        try
        {
            using var handle = OpenDirectory(null, directory, follow: true);
            return IsDone(Libc.Sync(handle), "fsync", null, directory);
        }
        catch (PosixException failure) when (failure.Errno == PosixException.NoAccess)
        {
            return false;
        }
    }

    /// <summary>
    /// Everything written to the file system of this directory is on its disk: one call however many files there are; all file systems
    /// where one alone cannot be asked for.
    /// </summary>
    public static void SyncFileSystem(SafeFileHandle directory)
    {
        if (!IsDone(Libc.SyncFileSystem(directory), "syncfs", directory, ""))
            Libc.SyncEverything();
    }

    private static int At(SafeFileHandle? directory) => directory is null ? Libc.CurrentDirectory : (int)directory.DangerousGetHandle();

    /// <summary>False where such a thing cannot be done at all, here or by this process; it throws where it went wrong.</summary>
    private static bool IsDone(int result, string call, SafeFileHandle? directory, string name)
    {
        if (result == 0)
            return true;
        var failure = PosixException.Last(call, directory, name);
        return failure.IsRefused ? false : throw failure;
    }

    private static void Check(int result, string call, SafeFileHandle? directory, string name)
    {
        if (result != 0)
            throw PosixException.Last(call, directory, name);
    }
}
