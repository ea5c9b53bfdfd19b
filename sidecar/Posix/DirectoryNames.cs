using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// The names in one open directory, sorted by code unit so that two walks of the same tree agree.
/// </summary>
internal sealed class DirectoryNames
{
    private readonly string[] _names;

    private DirectoryNames(List<string> names)
    {
        _names = [.. names];
        Array.Sort(_names, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Names => _names;

    public bool Contains(string name) => Array.BinarySearch(_names, name, StringComparer.Ordinal) >= 0;

    public static unsafe DirectoryNames Of(SafeFileHandle directory)
    {
        // A second descriptor and not a second opening of ".", for which the directory would have to be entered.
        var again = Libc.Duplicate(directory, Libc.DuplicateCloseOnExec, 0);
        var stream = again < 0 ? 0 : Libc.OpenDirectoryStream(again);
        if (stream == 0)
        {
            var failure = PosixException.Last("opendir", directory, ".");
            _ = again < 0 ? 0 : Libc.Close(again);
            throw failure;
        }
        List<string> names = [];
        try
        {
            // Both descriptors share one position.
            Libc.RewindDirectory(stream);
            byte* entry;
            // struct dirent of 64-bit Linux: d_ino 8, d_off 8, d_reclen 2, d_type 1, then d_name.
            while ((entry = Libc.ReadDirectory(stream)) != null)
                Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19), names);
            // The end and a failure look the same but for errno (readdir(3)).
            if (Marshal.GetLastPInvokeError() != 0)
                throw PosixException.Last("readdir", directory, ".");
        }
        finally
        {
            _ = Libc.CloseDirectoryStream(stream);
        }
        return new(names);
    }

    private static void Add(ReadOnlySpan<byte> name, List<string> names)
    {
        if (name is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
            names.Add(ByteName.Decode(name));
    }
}
