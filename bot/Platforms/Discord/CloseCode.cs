namespace ChatOps.Bot.Platforms.Discord;

/// <summary>What to do once a connection to the Gateway has ended.</summary>
internal enum Next
{
    /// <summary>Take up the session where it was.</summary>
    Resume,

    /// <summary>Begin a session anew.</summary>
    Identify,

    /// <summary>Nothing helps but a person.</summary>
    Stop,
}

/// <summary>The codes with which the Gateway closes a connection, and what each asks for.</summary>
/// <remarks>Source: Discord API docs, "Opcodes and Status Codes", Gateway Close Event Codes.</remarks>
internal static class CloseCode
{
    public static (Next Next, string Meaning) Of(int? code) => code switch
    {
        null => (Next.Resume, "the connection broke"),
        4000 => (Next.Resume, "an error of Discord's"),
        4001 => (Next.Resume, "an opcode Discord does not know"),
        4002 => (Next.Resume, "a payload Discord cannot read"),
        4003 => (Next.Identify, "not identified yet"),
        4004 => (Next.Stop, "Discord does not know this token; reset it at discord.com/developers and set DISCORD_BOT_TOKEN"),
        4005 => (Next.Resume, "identified twice"),
        4007 => (Next.Identify, "resumed at a place that does not exist"),
        4008 => (Next.Resume, "sent too much"),
        4009 => (Next.Identify, "the session timed out"),
        4010 => (Next.Stop, "a shard that does not exist"),
        4011 => (Next.Stop, "the bot is in so many servers that it must be sharded; ChatOps serves one team, so give it a bot of its own"),
        4012 => (Next.Stop, "Discord no longer speaks version 10 of the Gateway; a newer ChatOps is needed"),
        4013 => (Next.Stop, "intents that do not exist"),
        4014 => (Next.Stop, "intents this bot may not have"),
        _ => (Next.Resume, $"closed with {code}"),
    };
}
