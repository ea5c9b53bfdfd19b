using ChatOps.Settings;

namespace ChatOps.Bot.Settings;

/// <summary>Reads the section <c>discord</c>.</summary>
internal static class DiscordReader
{
    private const string HowToCopy = "switch on Developer Mode in Discord's settings and choose Copy ID";

    public static DiscordSettings Read(Section discord)
    {
        var read = new DiscordSettings();
        read = read with
        {
            Enabled = discord.Flag(
                "enabled", discord.Has("token") || discord.Has("tokenFile") || discord.Has("guild") || discord.Has("channels")),
            Token = discord.Secret("token"),
            Api = discord.Address("api") is { } api ? new Uri(api.ToString().TrimEnd('/') + "/") : read.Api,
            Guild = Id(discord, "guild"),
            Channels = [.. discord.Map("channels").Children().Select(c => Channel(c.Name, c.Section))],
        };
        discord.RefuseUnknown();
        return read;
    }

    /// <summary>Ids are snowflakes: numbers of 64 bits.</summary>
    public static bool IsId(string text) => ulong.TryParse(text, System.Globalization.NumberStyles.None, null, out _);

    public static string NoId(string text) => $"'{text}' is no id of Discord's, which are long numbers; {HowToCopy}";

    private static ChatSettings Channel(string name, Section channel)
    {
        channel.Required("id");
        var read = new ChatSettings(name, Id(channel, "id") ?? "", channel.Texts("targets"), channel.Flag("notify", false));
        channel.RefuseUnknown();
        return read;
    }

    private static string? Id(Section section, string key)
    {
        if (section.Text(key) is not { } id) return null;
        if (!IsId(id)) section.Fault(key, NoId(id));
        return id;
    }
}
