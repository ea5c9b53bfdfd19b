namespace ChatOps.Bot.Platforms.Discord;

/// <summary>A refusal of Discord's REST API, or its absence.</summary>
/// <param name="status">The HTTP status; 0 when no answer came.</param>
/// <param name="code">Discord's own code for the error, such as 10062; 0 when there is none.</param>
internal sealed class DiscordApiException(string call, int status, int code, string description, Exception? cause = null)
    : Exception($"{call}: {description}", cause)
{
    public int Status { get; } = status;

    public int Code { get; } = code;

    /// <summary>How long Discord asks to wait, when it was the rate.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient => Status is 0 or 429 or >= 500;
}

/// <summary>The codes the bot acts on.</summary>
/// <remarks>Source: Discord API docs, "Opcodes and Status Codes", JSON error codes.</remarks>
internal static class DiscordCodes
{
    public const int UnknownChannel = 10003;
    public const int UnknownMessage = 10008;
    public const int UnknownWebhook = 10015;
    public const int UnknownInteraction = 10062;
    public const int AlreadyAcknowledged = 40060;
    public const int MissingAccess = 50001;
    public const int MissingPermissions = 50013;
    public const int TokenExpired = 50027;
}
