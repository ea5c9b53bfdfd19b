using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// A system call that failed: names the call, the path and the kernel's reason, and keeps errno for those who decide by it.
/// </summary>
internal sealed class PosixException(string call, string path, int errno)
    : IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public const int NotPermitted = 1, NoEntry = 2, Again = 11, NoAccess = 13, Busy = 16, Exists = 17, CrossDevice = 18, NotDirectory = 20,
        Invalid = 22, NoSpace = 28, ReadOnly = 30, NoLocks = 37, NotImplemented = 38, NotEmpty = 39, Loop = 40, NoData = 61,
        NotSupported = 95, StaleHandle = 116;

    public int Errno { get; } = errno;

    /// <summary>The file went away, or what stood in its place is no longer what was listed.</summary>
    public bool IsVanished => Errno is NoEntry or NotDirectory or StaleHandle or Loop;

    public static PosixException Last(string call, string path) => new(call, path, Marshal.GetLastPInvokeError());
}
