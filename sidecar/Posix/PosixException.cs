using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// A system call that failed: names the call, the path and the kernel's reason, and keeps errno for those who decide by it.
/// </summary>
internal sealed class PosixException(string call, string path, int errno)
    : IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, BadDescriptor = 9, Again = 11, NoAccess = 13, Busy = 16, Exists = 17,
        CrossDevice = 18, NotDirectory = 20, Invalid = 22, NoSpace = 28, ReadOnly = 30, TooManyLinks = 31, NoLocks = 37,
        NotImplemented = 38, NotEmpty = 39, Loop = 40, NoData = 61, NotSupported = 95, StaleHandle = 116;

    public int Errno { get; } = errno;

    /// <summary>The file went away, or what stood in its place is no longer what was listed.</summary>
    public bool IsVanished => Errno is NoEntry or NotDirectory or StaleHandle or Loop;

    /// <summary>It cannot be asked for here, by this user or on this file system; nothing went wrong.</summary>
    public bool IsRefused => Errno is NotPermitted or BadDescriptor or Invalid or TooManyLinks or NotImplemented or NotSupported;

    public static PosixException Last(string call, string path) => new(call, path, Marshal.GetLastPInvokeError());

    /// <summary>As <see cref="Last(string, string)"/>, with the full path of what lies in an open directory; "" for itself.</summary>
    public static PosixException Last(string call, SafeFileHandle? directory, string name)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new(call, directory is null ? name : Path.Join(PathOf(directory), name is "." ? "" : name), errno);
    }

    /// <summary>Where an open file lies, for people; it may have been renamed since.</summary>
    public static string PathOf(SafeFileHandle file) =>
        new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget ?? "(an open file)";
}
