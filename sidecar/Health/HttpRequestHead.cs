using System.Text;

namespace ChatOps.Sidecar.Health;

/// <summary>Reads the head of a request; pure. Only what a plain GET needs is understood, and nothing else is guessed at.</summary>
/// <remarks>Source: RFC 9112, sections 2.1, 3 and 9.6.</remarks>
internal static class HttpRequestHead
{
    /// <summary>A longer one is refused.</summary>
    public const int Longest = 4096;

    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    public static bool IsComplete(ReadOnlySpan<byte> received) => received.IndexOf(End) >= 0;

    /// <summary>The path that is asked for, without its query, or what to answer instead.</summary>
    public static (string? Path, HttpAnswer? Refusal) Parse(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n"u8);
        if (end < 0) return Bad("the request is too long or not whole");
        var line = received[..end];
        if (line.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return Bad("the request line is not ASCII");
        if (Encoding.ASCII.GetString(line).Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"])
            return Bad("this is no request of HTTP/1.1");
        if (method != "GET") return (null, new(405, "only GET is answered\n"));
        return target[0] == '/' ? (target.Split('?')[0], null) : Bad("the request names no path");
    }

    private static (string? Path, HttpAnswer? Refusal) Bad(string why) => (null, new(400, why + "\n"));
}
