namespace ChatOps.Bot.Platforms.Discord;

/// <summary>One REST call: where it goes, and what its rate limit hangs on.</summary>
/// <param name="Name">For errors: the path without ids, which are nobody's business, and without tokens, which are secret.</param>
/// <param name="Major">The channel, server or webhook that limits are counted for.</param>
/// <remarks>Source: Discord API docs, "Rate Limits", top-level resources.</remarks>
internal sealed record Route(HttpMethod Method, string Name, string Path, string Major)
{
    /// <summary>
    /// A callback is bound to no limit, only to its three seconds ("Receiving and Responding to Interactions", "Endpoints").
    /// </summary>
    public bool IsUnlimited { get; init; }

    public static readonly Route Gateway = new(HttpMethod.Get, "gateway", "gateway/bot", "");

    public static readonly Route Application = new(HttpMethod.Get, "application", "applications/@me", "");

    public static Route Commands(HttpMethod method, string application, string? guild) => new(
        method, "commands",
        guild is null ? $"applications/{application}/commands" : $"applications/{application}/guilds/{guild}/commands",
        guild ?? "");

    public static Route Callback(string id, string token) =>
        new(HttpMethod.Post, "answer", $"interactions/{id}/{token}/callback?with_response=true", id) { IsUnlimited = true };

    public static Route Original(HttpMethod method, string application, string token) =>
        new(method, "answer", $"webhooks/{application}/{token}/messages/@original", token);

    public static Route FollowUp(string application, string token) =>
        new(HttpMethod.Post, "follow-up", $"webhooks/{application}/{token}", token);

    public static Route Messages(string channel) => new(HttpMethod.Post, "message", $"channels/{channel}/messages", channel);

    public static Route Message(string channel, string message) =>
        new(HttpMethod.Patch, "message", $"channels/{channel}/messages/{message}", channel);

    public override string ToString() => $"{Method.Method.ToLowerInvariant()} {Name}";
}
