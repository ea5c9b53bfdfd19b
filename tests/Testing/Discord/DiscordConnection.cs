namespace ChatOps.Testing.Discord;

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
