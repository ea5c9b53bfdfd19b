using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Ends a request with a status and a JSON error code ("Opcodes and Status Codes", JSON Error Codes).</summary>
internal sealed class ApiRefusal(int status, int code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public int Code { get; } = code;

    /// <summary>Which fields are wrong and why ("API Reference", Error Messages).</summary>
    public JsonObject? Errors { get; init; }

    public static ApiRefusal Unauthorized() => new(401, 0, "401: Unauthorized");

    public static ApiRefusal NoRoute() => new(404, 0, "404: Not Found");

    public static ApiRefusal Missing(int code, string what) => new(404, code, $"Unknown {what}");

    public static ApiRefusal Malformed() => new(400, 50109, "The request body contains invalid JSON.");

    public JsonObject ToJson()
    {
        var body = new JsonObject { ["message"] = Message, ["code"] = Code };
        if (Errors is not null) body["errors"] = Errors.DeepClone();
        return body;
    }
}
