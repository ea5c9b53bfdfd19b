using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Bot.Access;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Web;

/// <summary>
/// Knows who a browser is: by a signed cookie it got for a one-time link, or by the header of a trusted proxy. Never open: without either
/// there is nobody.
/// </summary>
internal sealed class Sessions(BotSettings settings, AccessRules access, Secret key, TimeProvider time)
{
    private const string Cookie = "chatops";
    private static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan SessionLife = TimeSpan.FromHours(12);
    private readonly ConcurrentDictionary<string, (IReadOnlyList<string> Accounts, DateTimeOffset Until)> _links = new();

    /// <summary>A code that signs one browser in as these web accounts, once.</summary>
    public string NewLink(IReadOnlyList<string> accounts)
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _links[code] = (accounts, time.GetUtcNow() + LinkLife);
        return code;
    }

    /// <summary>Spends a code and gives the browser its cookie; false for a code that is unknown, spent or too old.</summary>
    public bool SignIn(string code, HttpResponse response, bool secure)
    {
        if (!_links.TryRemove(code, out var link) || link.Until < time.GetUtcNow()) return false;
        var ends = time.GetUtcNow() + SessionLife;
        var content = JsonSerializer.SerializeToUtf8Bytes(new Session(link.Accounts, ends.ToUnixTimeSeconds()), WebJson.Default.Session);
        response.Cookies.Append(Cookie, $"{Encode(content)}.{Encode(Sign(content))}", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = secure,
            Expires = ends,
            Path = "/",
        });
        return true;
    }

    /// <summary>The web accounts this request may act as; empty when nobody is signed in.</summary>
    public IReadOnlyList<string> Accounts(HttpContext context)
    {
        if (Forwarded(context) is { } user) return [user];
        if (context.Request.Cookies[Cookie]?.Split('.') is not [var content, var signature]) return [];
        try
        {
            var bytes = Decode(content);
            if (!CryptographicOperations.FixedTimeEquals(Sign(bytes), Decode(signature))) return [];
            var session = JsonSerializer.Deserialize(bytes, WebJson.Default.Session);
            var alive = session is not null && session.Until > time.GetUtcNow().ToUnixTimeSeconds();
            // A person struck from chatops.yaml is out at once, whatever their cookie says.
            return alive ? [.. session!.Accounts.Where(a => access.Find("web", a) is not null)] : [];
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return [];
        }
    }

    private string? Forwarded(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress;
        if (remote is null
            || !settings.Web.TrustedProxies.Any(p => IPAddress.Parse(p).Equals(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)))
        {
            return null;
        }
        var user = context.Request.Headers["X-Forwarded-User"].ToString();
        return access.Find("web", user) is null ? null : user;
    }

    private byte[] Sign(byte[] content) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.Reveal()), content);

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}

internal sealed record Session(IReadOnlyList<string> Accounts, long Until);
