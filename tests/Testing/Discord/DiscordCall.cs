namespace ChatOps.Testing.Discord;

/// <summary>One request of the bot, as it arrived and as it was answered.</summary>
public sealed class DiscordCall
{
    public required string Method { get; init; }

    /// <summary>What follows /api/v10/, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The path with its ids named, such as channels/{channel}/messages; empty when Discord has no such route.</summary>
    public string Route { get; internal set; } = "";

    /// <summary>The JSON that was sent, from payload_json when files came with it.</summary>
    public string Body { get; internal set; } = "";

    public required DateTimeOffset At { get; init; }

    /// <summary>Status of the answer; 0 while there is none, or when the connection was dropped before the request was handled.</summary>
    public int Status { get; internal set; }

    /// <summary>The JSON error code of a refusal, such as 10062.</summary>
    public int? Code { get; internal set; }

    public string? Reason { get; internal set; }

    /// <summary>The bot never saw the answer.</summary>
    public bool AnswerLost { get; internal set; }

    public override string ToString() => $"{At:HH:mm:ss.fff} {Method} {Path} -> {Status} {Code} {Reason}";
}
