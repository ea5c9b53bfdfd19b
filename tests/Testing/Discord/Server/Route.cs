using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>What carries a request out; null answers 204.</summary>
internal delegate JsonNode? Handler(World world, ApiRequest request);

/// <summary>A method and a path with named ids, the limit they share, and whether the bot's token is asked for.</summary>
internal sealed record Route(string Method, string Path, Func<DiscordLimits, DiscordLimit> Limit, string Bucket, Handler Run)
{
    private readonly string[] _parts = Path.Split('/');

    /// <summary>Interactions and their webhooks prove themselves by the token in the path, and know no global limit.</summary>
    public bool IsInteraction =>
        Path.StartsWith("interactions/", StringComparison.Ordinal) || Path.StartsWith("webhooks/", StringComparison.Ordinal);

    public bool NeedsToken => !IsInteraction && Path != "gateway";

    /// <summary>The ids in the path when it is of this shape.</summary>
    public Dictionary<string, string>? Match(string[] parts)
    {
        if (parts.Length != _parts.Length) return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            if (_parts[i].StartsWith('{')) values[_parts[i].Trim('{', '}')] = parts[i];
            else if (_parts[i] != parts[i]) return null;
        }
        return values;
    }

    /// <summary>Limits count for each channel, guild and webhook ("Rate Limits", top-level resources).</summary>
    public string Key(ApiRequest request)
    {
        var majors = new[] { "channel", "guild", "token", "interaction" }.Where(request.Has).Select(name => request[name]);
        return $"{Bucket}:{string.Join(':', majors.Take(1))}";
    }
}
