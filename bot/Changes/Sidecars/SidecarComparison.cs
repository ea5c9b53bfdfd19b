using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>Whether a workload has already what would be applied to it; pure.</summary>
internal static class SidecarComparison
{
    /// <summary>What the server adds by itself does not count, nor in which form it writes an amount.</summary>
    public static bool Holds(JsonNode? live, JsonNode? wanted) => (live, wanted) switch
    {
        (JsonObject has, JsonObject wants) => wants.All(field => Holds(has[field.Key], field.Value)),
        (JsonArray has, JsonArray wants) when wants.All(one => NameOf(one) is not null) =>
            wants.All(one => Holds(has.FirstOrDefault(other => NameOf(other) == NameOf(one)), one)),
        (JsonArray has, JsonArray wants) => has.Count == wants.Count && has.Zip(wants).All(pair => Holds(pair.First, pair.Second)),
        (JsonValue has, JsonValue wants) => JsonNode.DeepEquals(has, wants) || Quantity.AreSame(has.ToString(), wants.ToString()),
        _ => live is null && wanted is null,
    };

    /// <summary>By what the lists of a pod are merged (Kubernetes API reference, patch merge keys).</summary>
    private static string? NameOf(JsonNode? item) =>
        item is JsonObject named ? (named["mountPath"] ?? named["name"])?.ToString() : null;
}
