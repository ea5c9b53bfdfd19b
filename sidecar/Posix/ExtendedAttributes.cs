using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// Reads and writes the extended attributes of an open file or directory that decide who may do what with it or hold a program's own data:
/// <c>user.*</c>, access lists (acl(5)) and capabilities (capabilities(7)). A file system without them has none.
/// </summary>
internal static unsafe class ExtendedAttributes
{
    private const int Most = 64 * 1024;

    /// <summary>Labels of a security module and the like belong to the machine, not to the data.</summary>
    public static bool IsKept(string name) => name.StartsWith("user.", StringComparison.Ordinal)
        || name is AccessList.Name or AccessList.DefaultName or "security.capability";

    /// <summary>Takes away what a new directory inherited from the one above, and would hand down.</summary>
    public static void ClearAccessLists(SafeFileHandle directory)
    {
        _ = Libc.RemoveAttribute(directory, AccessList.DefaultName);
        _ = Libc.RemoveAttribute(directory, AccessList.Name);
    }

    /// <summary>Null for the ordinary file, which has none: no allocation for it.</summary>
    public static List<KeyValuePair<string, byte[]>>? Of(SafeFileHandle file)
    {
        var size = Libc.ListAttributes(file, null, 0);
        if (size <= 0)
            return null;
        var list = new byte[size];
        fixed (byte* start = list)
            size = Libc.ListAttributes(file, start, (nuint)list.Length);
        if (size <= 0)
            return null;
        List<KeyValuePair<string, byte[]>>? found = null;
        foreach (var name in ByteName.Decode(list.AsSpan(0, (int)size)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsKept(name) && Value(file, name) is { } value)
                (found ??= []).Add(new(name, value));
        }
        return found;
    }

    /// <summary>False where the file system keeps none or this process may not set them.</summary>
    public static bool TrySet(SafeFileHandle file, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
            return Libc.SetAttribute(file, name, start, (nuint)value.Length, 0) == 0;
    }

    private static byte[]? Value(SafeFileHandle file, string name)
    {
        var size = Libc.GetAttribute(file, name, null, 0);
        if (size is < 0 or > Most)
            return null;
        var value = new byte[size];
        fixed (byte* start = value)
            return Libc.GetAttribute(file, name, start, (nuint)value.Length) == size ? value : null;
    }
}
