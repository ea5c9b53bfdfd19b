using System.IO.Enumeration;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Values;

namespace ChatOps.Bot.Registries;

internal sealed record RegistryLogin(string User, Secret Password);

/// <summary>Finds the logins for an image in a pull secret; pure. What it cannot read holds none.</summary>
/// <remarks>Kubernetes documentation, "Images", "Interpretation of config.json", and "Secrets", "Docker config Secrets".</remarks>
internal static class DockerConfig
{
    private const string Current = ".dockerconfigjson", Legacy = ".dockercfg";
    private const int MostLogins = 4;

    /// <param name="data">Of the Secret, each value in base64.</param>
    /// <returns>Those that fit, the one for the longest part of the name first: as kubelets try them.</returns>
    public static IReadOnlyList<RegistryLogin> LoginsFor(ImageName image, IReadOnlyDictionary<string, string>? data)
    {
        try
        {
            var entries = Parse(data?.GetValueOrDefault(Current))?["auths"] as JsonObject ?? Parse(data?.GetValueOrDefault(Legacy)) ?? [];
            return [.. entries.Where(e => Covers(e.Key, image)).OrderByDescending(e => Bare(e.Key).Length)
                .Select(e => Login(e.Value as JsonObject)).OfType<RegistryLogin>().Take(MostLogins)];
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentException)
        {
            // Not in base64, no JSON, or one key twice.
            return [];
        }
    }

    private static JsonObject? Parse(string? base64) =>
        base64 is null ? null : JsonNode.Parse(Convert.FromBase64String(base64)) as JsonObject;

    private static RegistryLogin? Login(JsonObject? entry)
    {
        var (user, password) = (Text(entry, "username"), Text(entry, "password"));
        if (user is null && Text(entry, "auth") is { } auth && Decoded(auth) is { } both)
        {
            var colon = both.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) (user, password) = (both[..colon], both[(colon + 1)..].TrimEnd('\0'));
        }
        return user is { Length: > 0 } && password is { Length: > 0 } ? new(user, new Secret(password)) : null;
    }

    private static string? Text(JsonObject? entry, string key) =>
        entry is not null && entry.TryGetPropertyValue(key, out var value) && value is JsonValue text && text.TryGetValue(out string? word)
            ? word
            : null;

    private static string? Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>The host has to fit part by part, and the port; a path is the beginning of the image's.</summary>
    private static bool Covers(string key, ImageName image)
    {
        var bare = Bare(key);
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (bare, "") : (bare[..slash], bare[(slash + 1)..]);
        if (!image.Path.StartsWith(path, StringComparison.Ordinal)) return false;
        if (image.Domain == ImageName.DockerHub && host is "docker.io" or "index.docker.io" or "registry-1.docker.io") return true;
        var (wanted, parts) = (host.Split('.'), image.Domain.Split('.'));
        return wanted.Length == parts.Length
            && wanted.Zip(parts).All(p => FileSystemName.MatchesSimpleExpression(p.First, p.Second) && Port(p.First) == Port(p.Second));
    }

    private static string Port(string part) => part.LastIndexOf(':') is >= 0 and var colon ? part[colon..] : "";

    /// <summary>Without the scheme and the version of the API that Docker writes: <c>https://index.docker.io/v1/</c>.</summary>
    private static string Bare(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var parts = (scheme < 0 ? key : key[(scheme + 3)..]).TrimEnd('/').Split('/');
        return string.Join('/', parts is [var host, "v1" or "v2", .. var path] ? [host, .. path] : parts);
    }
}
