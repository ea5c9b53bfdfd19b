using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// The names in one open directory, sorted by code unit so that two walks of the same tree agree; undecodable names are set apart.
/// </summary>
internal sealed class DirectoryNames
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly string[] _names;

    private DirectoryNames(List<string> names, List<string> undecodable)
    {
        _names = [.. names];
        Array.Sort(_names, StringComparer.Ordinal);
        Undecodable = undecodable;
    }

    public IReadOnlyList<string> Names => _names;

    /// <summary>
    /// Names that are not UTF-8, with the bytes they cannot show replaced: a tar reader elsewhere could not name them either.
    /// </summary>
    public IReadOnlyList<string> Undecodable { get; }

    public bool Contains(string name) => Array.BinarySearch(_names, name, StringComparer.Ordinal) >= 0;

    public static unsafe DirectoryNames Of(SafeFileHandle directory)
    {
        using var again = PosixFile.OpenDirectory(directory, ".");
        var stream = Libc.OpenDirectoryStream((int)again.DangerousGetHandle());
        if (stream == 0)
            throw PosixException.Last("opendir", directory, ".");
        again.SetHandleAsInvalid();
        List<string> names = [], undecodable = [];
        try
        {
            byte* entry;
            // struct dirent of 64-bit Linux: d_ino 8, d_off 8, d_reclen 2, d_type 1, then d_name.
            while ((entry = Libc.ReadDirectory(stream)) != null)
                Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19), names, undecodable);
        }
        finally
        {
            _ = Libc.CloseDirectoryStream(stream);
        }
        return new(names, undecodable);
    }

    private static void Add(ReadOnlySpan<byte> name, List<string> names, List<string> undecodable)
    {
        if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return;
        try
        {
            names.Add(Strict.GetString(name));
        }
        catch (DecoderFallbackException)
        {
            undecodable.Add(Encoding.UTF8.GetString(name));
        }
    }
}
