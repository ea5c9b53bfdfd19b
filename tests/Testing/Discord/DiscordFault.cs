namespace ChatOps.Testing.Discord;

/// <summary>Something that goes wrong with a request.</summary>
public sealed record DiscordFault
{
    private DiscordFault()
    {
    }

    internal int? Status { get; private init; }

    internal int Code { get; private init; }

    internal string Body { get; private init; } = "";

    internal TimeSpan? RetryAfter { get; private init; }

    internal string Scope { get; private init; } = "user";

    internal bool IsHtml { get; private init; }

    internal bool DropsBefore { get; private init; }

    internal bool DropsAfter { get; private init; }

    internal TimeSpan Wait { get; private init; }

    internal Task? Until { get; private init; }

    /// <summary>The API's own refusal, such as 403, 50013, "Missing Permissions".</summary>
    public static DiscordFault Refuse(int status, int code, string message) => new() { Status = status, Code = code, Body = message };

    /// <summary>A proxy in front of the API answers with a page.</summary>
    public static DiscordFault Html(int status) => new() { Status = status, IsHtml = true, Body = Page($"{status}") };

    /// <summary>429; the route, or everything when global, must then rest that long.</summary>
    public static DiscordFault TooMany(TimeSpan retryAfter, DiscordScope scope = DiscordScope.User) =>
        new() { Status = 429, RetryAfter = retryAfter, Scope = scope.ToString().ToLowerInvariant() };

    /// <summary>429 from in front of the API: a page, and only the header Retry-After to go by.</summary>
    public static DiscordFault TooManyHtml(TimeSpan retryAfter) =>
        new() { Status = 429, RetryAfter = retryAfter, Scope = "global", IsHtml = true, Body = Page("error code: 1015") };

    /// <summary>The connection ends before the request is handled: nothing happened.</summary>
    public static DiscordFault Drop { get; } = new() { DropsBefore = true };

    /// <summary>The request is handled and its answer is lost: it happened, and the bot cannot know.</summary>
    public static DiscordFault LoseAnswer { get; } = new() { DropsAfter = true };

    /// <summary>The request is handled that much later, by the simulator's clock.</summary>
    public static DiscordFault Delay(TimeSpan by) => new() { Wait = by };

    /// <summary>The request is handled when the test lets it.</summary>
    public static DiscordFault Hold(Task until) => new() { Until = until };

    internal static string Page(string title) =>
        $"<html><head><title>{title}</title></head><body><h1>{title}</h1><hr>cloudflare</body></html>";
}

/// <summary>Whose limit was met (X-RateLimit-Scope).</summary>
public enum DiscordScope
{
    User,
    Global,
    Shared,
}
