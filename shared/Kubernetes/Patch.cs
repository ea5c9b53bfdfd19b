using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <summary>A change to part of an object: only the fields named travel, so fields this program does not know survive.</summary>
/// <remarks>Kubernetes API concepts, "Patch"; RFC 7386 for merge, RFC 6902 for JSON patch; "Server-Side Apply" for apply.</remarks>
public sealed record Patch
{
    private Patch(string contentType, JsonNode body) => (ContentType, Body) = (contentType, body);

    public string ContentType { get; }

    public JsonNode Body { get; }

    /// <summary>Who owns the fields; an apply always has one.</summary>
    public string FieldManager { get; init; } = "chatops";

    /// <summary>Take fields over from their present owner: only for an apply.</summary>
    public bool Force { get; init; }

    /// <summary>Asks whether it would be taken, and changes nothing (Kubernetes API concepts, "Dry-run").</summary>
    public bool DryRun { get; init; }

    internal bool IsApply => ContentType == "application/apply-patch+yaml";

    public static Patch Merge(JsonObject body) => new("application/merge-patch+json", body);

    public static Patch Strategic(JsonObject body) => new("application/strategic-merge-patch+json", body);

    public static Patch Json(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>Server-side apply; the body must carry <c>apiVersion</c> and <c>kind</c>.</summary>
    public static Patch Apply(JsonObject body, bool force = false) => new("application/apply-patch+yaml", body) { Force = force };
}
