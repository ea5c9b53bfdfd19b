using System.Text;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// How extended attributes stand in pax records. GNU tar and bsdtar read SCHILY.xattr, whose value is raw; one that is no line of text
/// would break readers that take records for lines of UTF-8, so it goes the way of libarchive: base64. In a name '=' would end the key,
/// so GNU tar writes it, and '%', in hexadecimal. Pure.
/// </summary>
internal static class PaxAttributes
{
    private const string Raw = "SCHILY.xattr.", Encoded = "LIBARCHIVE.xattr.";

    public static (string Key, string Value) Write(string name, byte[] value)
    {
        var key = name.Replace("%", "%25", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal);
        return Ascii.IsValid(value) && !value.AsSpan().ContainsAny((byte)0, (byte)'\n')
            ? (Raw + key, Encoding.ASCII.GetString(value))
            : (Encoded + key, Convert.ToBase64String(value));
    }

    public static List<KeyValuePair<string, byte[]>>? Read(IEnumerable<KeyValuePair<string, byte[]>> records)
    {
        List<KeyValuePair<string, byte[]>>? found = null;
        foreach (var (key, value) in records)
        {
            var raw = key.StartsWith(Raw, StringComparison.Ordinal);
            if (!raw && !key.StartsWith(Encoded, StringComparison.Ordinal))
                continue;
            var name = Name(key[(raw ? Raw : Encoded).Length..]);
            if (ExtendedAttributes.IsKept(name))
                (found ??= []).Add(new(name, raw ? value : Convert.FromBase64String(ByteName.Decode(value))));
        }
        return found;
    }

    private static string Name(string key) =>
        key.Replace("%3D", "=", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
