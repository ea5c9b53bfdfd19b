using System.Collections.Immutable;

namespace ChatOps.Testing.Discord;

/// <summary>A text channel, a thread or a direct message ("Channel", Channel Structure). Lists are snapshots for any thread.</summary>
public sealed class DiscordChannel
{
    internal DiscordChannel(ulong id, string name, DiscordGuild? guild) => (Id, Name, Guild) = (id, name, guild);

    public ulong Id { get; }

    public string Name { get; internal set; }

    /// <summary>Null in a direct message.</summary>
    public DiscordGuild? Guild { get; }

    /// <summary>The channel a thread hangs in.</summary>
    public DiscordChannel? Parent { get; internal init; }

    /// <summary>The other one in a direct message.</summary>
    public DiscordPerson? Person { get; internal init; }

    public BotAccess Bot { get; internal set; } = BotAccess.Writes;

    public bool Archived { get; internal set; }

    /// <summary>A locked thread comes back only by a moderator's hand.</summary>
    public bool Locked { get; internal set; }

    public bool Deleted { get; internal set; }

    /// <summary>Everything said for all to see, deleted messages too, oldest first.</summary>
    public ImmutableList<DiscordMessage> Messages { get; internal set; } = [];

    /// <summary>What the bot said to everyone here and did not delete.</summary>
    public IEnumerable<DiscordMessage> FromBot => Messages.Where(m => m.From is null && !m.Deleted);

    /// <summary>GUILD_TEXT, DM or PUBLIC_THREAD.</summary>
    public int Type => Person is not null ? 1 : Parent is not null ? 11 : 0;

    public override string ToString() => Person is null ? $"#{Name} ({Id})" : $"direct with {Person.Username} ({Id})";
}

/// <summary>What the bot may do in a channel; answered by 50001 (Missing Access) and 50013 (Missing Permissions).</summary>
public enum BotAccess
{
    Writes,
    Reads,
    None,
}
