using ChatOps.Values;

namespace ChatOps.Bot.Settings;

/// <summary>How the bot talks on Discord.</summary>
internal sealed record DiscordSettings
{
    public const string TokenVariable = "DISCORD_BOT_TOKEN", ApiVariable = "DISCORD_API", GuildVariable = "DISCORD_GUILD";

    public bool Enabled { get; init; }

    public Secret? Token { get; init; }

    /// <summary>Where REST calls go; the address of the Gateway comes from there.</summary>
    public Uri Api { get; init; } = new("https://discord.com/");

    /// <summary>
    /// The only server it serves, and only there are its commands offered; null means every server it is in, and in private.
    /// </summary>
    public string? Guild { get; init; }

    /// <summary>Channels it serves; with none declared, all of them.</summary>
    public IReadOnlyList<ChatSettings> Channels { get; init; } = [];

    /// <summary>The declaration for a channel, or for the one a thread hangs on: <c>channel/thread</c>.</summary>
    public ChatSettings? ChatFor(string channel) =>
        Channels.FirstOrDefault(c => c.Channel == channel) ?? Channels.FirstOrDefault(c => c.Channel == channel.Split('/')[0]);

    /// <summary>What the environment says goes before the file: a token belongs into a Secret.</summary>
    public DiscordSettings WithEnvironment(Func<string, string?> variable)
    {
        var settings = this;
        if (variable(TokenVariable) is { Length: > 0 } token) settings = settings with { Enabled = true, Token = new Secret(token) };
        if (variable(GuildVariable) is { Length: > 0 } guild) settings = settings with { Guild = guild };
        if (variable(ApiVariable) is { Length: > 0 } api && Uri.TryCreate(api.TrimEnd('/') + "/", UriKind.Absolute, out var uri))
            settings = settings with { Api = uri };
        return settings;
    }
}
