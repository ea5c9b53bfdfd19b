namespace ChatOps.Testing.Discord.Server;

/// <summary>Which events a session asked for ("Gateway", Gateway Intents).</summary>
internal static class Intents
{
    /// <summary>Sent whatever was asked for.</summary>
    public const int None = 0;
    public const int Guilds = 1 << 0;
    public const int MessageContent = 1 << 15;
    public const int Privileged = (1 << 1) | (1 << 8) | MessageContent;

    private const int GuildMessages = 1 << 9;
    private const int DirectMessages = 1 << 12;

    // Bits 0 to 16, 20, 21, 24 and 25 have a meaning.
    private const int Known = 0x1FFFF | (3 << 20) | (3 << 24);

    public static bool Valid(int intents) => (intents & ~Known) == 0;

    public static int Messages(DiscordChannel channel) => channel.Guild is null ? DirectMessages : GuildMessages;
}
