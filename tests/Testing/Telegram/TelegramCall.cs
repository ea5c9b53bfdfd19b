namespace ChatOps.Testing.Telegram;

/// <summary>One call of the bot, as it arrived and as it was answered.</summary>
public sealed class TelegramCall
{
    public required string Method { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>As the bot gave it; null where the method has none or it is @name.</summary>
    public long? ChatId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Status of the answer; 0 while there is none, or when the connection was dropped before the call was handled.</summary>
    public int Code { get; internal set; }

    /// <summary>Why it was refused.</summary>
    public string? Description { get; internal set; }

    /// <summary>The bot never saw the answer.</summary>
    public bool AnswerLost { get; internal set; }

    public string? this[string parameter] => Parameters.GetValueOrDefault(parameter);

    public override string ToString() => $"{At:HH:mm:ss.fff} {Method} {ChatId} -> {Code} {Description}";
}
