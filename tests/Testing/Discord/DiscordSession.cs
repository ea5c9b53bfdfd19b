using System.Collections.Immutable;

namespace ChatOps.Testing.Discord;

/// <summary>A session of the bot at the Gateway; it can outlive its connections ("Gateway", Resuming).</summary>
public sealed class DiscordSession
{
    internal DiscordSession(string id, int intents, DateTimeOffset at) => (Id, Intents, IdentifiedAt) = (id, intents, at);

    public string Id { get; }

    public int Intents { get; }

    public DateTimeOffset IdentifiedAt { get; }

    /// <summary>Sequence number of the last event made for it.</summary>
    public int Sequence { get; internal set; }

    public int Resumed { get; internal set; }

    /// <summary>Nobody can resume it any more.</summary>
    public bool Ended { get; internal set; }

    /// <summary>The status and activities the bot showed, as JSON, first those of Identify.</summary>
    public ImmutableList<string> Presences { get; internal set; } = [];

    public ImmutableList<DiscordConnection> Connections { get; internal set; } = [];

    /// <summary>Events can be delivered at this moment.</summary>
    public bool Connected => !Ended && Attached;

    public int Heartbeats => Connections.Sum(c => c.Heartbeats);

    internal bool Attached { get; set; }
}
