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
    private const string Raw = "SCHILY.xattr.", Encoded = "LIBARCHIVE.xattr.", Kept = "user.";

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
            if (key.StartsWith(Raw + Kept, StringComparison.Ordinal))
                (found ??= []).Add(new(Name(key[Raw.Length..]), value));
            else if (key.StartsWith(Encoded + Kept, StringComparison.Ordinal))
                (found ??= []).Add(new(Name(key[Encoded.Length..]), Convert.FromBase64String(ByteName.Decode(value))));
        }
        return found;
    }

    private static string Name(string key) =>
        key.Replace("%3D", "=", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
