namespace ChatOps.Testing.Telegram;

/// <summary>Something that goes wrong with a call.</summary>
public sealed record TelegramFault
{
    private TelegramFault()
    {
    }

    internal int? Code { get; private init; }

    internal string Body { get; private init; } = "";

    internal int? Seconds { get; private init; }

    internal bool DropsBefore { get; private init; }

    internal bool DropsAfter { get; private init; }

    internal TimeSpan Wait { get; private init; }

    internal Task? Until { get; private init; }

    internal bool IsHtml => Body.StartsWith('<');

    /// <summary>The API's own refusal, such as 500 "Internal Server Error" or 403 "Forbidden: bot was blocked by the user".</summary>
    public static TelegramFault Refuse(int code, string description) => new() { Code = code, Body = description };

    /// <summary>A proxy in front of the API answers with a page.</summary>
    public static TelegramFault Html(int code) =>
        new() { Code = code, Body = $"<html><head><title>{code}</title></head><body><h1>{code}</h1><hr>nginx</body></html>" };

    /// <summary>429; the chat, or the whole bot when the call has none, must then rest that long.</summary>
    public static TelegramFault TooMany(int retryAfter) =>
        new() { Code = 429, Seconds = retryAfter, Body = $"Too Many Requests: retry after {retryAfter}" };

    /// <summary>The connection ends before the call is handled: nothing happened.</summary>
    public static TelegramFault Drop { get; } = new() { DropsBefore = true };

    /// <summary>The call is handled and its answer is lost: it happened, and the bot cannot know.</summary>
    public static TelegramFault LoseAnswer { get; } = new() { DropsAfter = true };

    /// <summary>The call is handled that much later, by the simulator's clock.</summary>
    public static TelegramFault Delay(TimeSpan by) => new() { Wait = by };

    /// <summary>The call is handled when the test lets it.</summary>
    public static TelegramFault Hold(Task until) => new() { Until = until };
}
