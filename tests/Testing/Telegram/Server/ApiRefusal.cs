using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Ends a call with ok = false (Bot API, "Making requests" and ResponseParameters).</summary>
internal sealed class ApiRefusal(int code, string description) : Exception(description)
{
    public int Code { get; } = code;

    public int? RetryAfter { get; init; }

    public long? MigrateTo { get; init; }

    public static ApiRefusal Bad(string what) => new(400, $"Bad Request: {what}");

    public static ApiRefusal Forbidden(string what) => new(403, $"Forbidden: {what}");

    public static ApiRefusal Conflict(string what) => new(409, $"Conflict: {what}");

    public static ApiRefusal TooMany(int seconds) => new(429, $"Too Many Requests: retry after {seconds}") { RetryAfter = seconds };

    public JsonObject ToJson()
    {
        var body = new JsonObject { ["ok"] = false, ["error_code"] = Code, ["description"] = Message };
        if (RetryAfter is { } seconds) body["parameters"] = new JsonObject { ["retry_after"] = seconds };
        if (MigrateTo is { } chat) body["parameters"] = new JsonObject { ["migrate_to_chat_id"] = chat };
        return body;
    }
}
