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

/// <summary>One WebSocket of the bot.</summary>
public sealed class DiscordConnection
{
    internal DiscordConnection(string path, bool compressed, DateTimeOffset at) => (Path, Compressed, OpenedAt) = (path, compressed, at);

    /// <summary>/gateway, or the path a session is resumed on.</summary>
    public string Path { get; }

    /// <summary>zlib-stream.</summary>
    public bool Compressed { get; }

    public DateTimeOffset OpenedAt { get; }

    public bool Open { get; internal set; } = true;

    public int Heartbeats { get; internal set; }

    /// <summary>The sequence the last heartbeat named.</summary>
    public int? HeartbeatSequence { get; internal set; }

    /// <summary>The code Discord closed it with.</summary>
    public int? ClosedWith { get; internal set; }

    /// <summary>The code the bot closed it with.</summary>
    public int? BotClosedWith { get; internal set; }

    public override string ToString() => $"{Path} opened {OpenedAt:HH:mm:ss.fff} closed {ClosedWith} by bot {BotClosedWith}";
}
