using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Takes shared (read) locks and nothing else: the only lock calls of the program, so that nothing it does can make a writer wait
/// longer than a reader would. Open-file-description locks (fcntl(2), F_OFD_SETLK): they survive the closing of other descriptors
/// of the same file, and the kernel drops them when the process dies.
/// </summary>
internal static unsafe class ReadLocks
{
    private const int GetLock = 36, SetLock = 37;
    private const short ReadLock = 0, WriteLock = 1, NoLock = 2;

    /// <summary>False when somebody holds a conflicting lock. Never waits.</summary>
    public static bool TryTake(SafeFileHandle file, LockRange range)
    {
        var flock = stackalloc byte[32];
        Fill(flock, ReadLock, range);
        if (Control(file, SetLock, flock) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno is PosixException.Again or PosixException.NoAccess ? false : throw Unsupported(file, range, errno);
    }

    public static void Release(SafeFileHandle file, LockRange range)
    {
        var flock = stackalloc byte[32];
        Fill(flock, NoLock, range);
        if (Control(file, SetLock, flock) != 0)
            throw Unsupported(file, range, Marshal.GetLastPInvokeError());
    }

    /// <summary>Somebody else, in this process or another, holds a lock of either kind there. Asking takes nothing.</summary>
    public static bool IsHeldByAnother(SafeFileHandle file, LockRange range) => Asked(file, range, WriteLock);

    /// <summary>Somebody else holds an exclusive lock there. Asking takes nothing.</summary>
    public static bool IsExclusive(SafeFileHandle file, LockRange range) => Asked(file, range, ReadLock);

    private static bool Asked(SafeFileHandle file, LockRange range, short type)
    {
        var flock = stackalloc byte[32];
        Fill(flock, type, range);
        if (Control(file, GetLock, flock) != 0)
            throw Unsupported(file, range, Marshal.GetLastPInvokeError());
        return *(short*)flock != NoLock;
    }

    /// <summary>Where the file system is elsewhere, a signal may end the call; then it was as if it had not been made.</summary>
    private static int Control(SafeFileHandle file, int command, byte* flock)
    {
        int result;
        do
            result = Libc.Control(file, command, flock);
        while (result != 0 && Marshal.GetLastPInvokeError() == PosixException.Interrupted);
        return result;
    }

    // struct flock of 64-bit Linux: l_type 2, l_whence 2, 4 of padding, l_start 8, l_len 8, l_pid 4 (must be 0 for these locks), padding.
    private static void Fill(byte* flock, short type, LockRange range)
    {
        var bytes = new Span<byte>(flock, 32);
        bytes.Clear();
        MemoryMarshal.Write(bytes, type);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], range.Start);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], range.Length);
    }

    private static FaultException Unsupported(SafeFileHandle file, LockRange range, int errno) => new(new Fault(
        "LocksUnsupported",
        $"taking the {range.Name} lock of {PosixException.PathOf(file)} failed: {Marshal.GetPInvokeErrorMessage(errno)}",
        "Keep the home on a local file system or a block volume: this one does not offer open-file-description locks"));
}
