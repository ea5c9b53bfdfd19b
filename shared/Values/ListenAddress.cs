using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ChatOps.Values;

/// <summary>Reads where to listen, <c>IP:PORT</c>; port 0 takes a free one, but must be said: a forgotten port looks the same.</summary>
public static class ListenAddress
{
    public const string Hint = "write IP:PORT, such as 0.0.0.0:9090";

    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address) =>
        IPEndPoint.TryParse(text, out address) && text.EndsWith($":{address.Port}", StringComparison.Ordinal);
}
