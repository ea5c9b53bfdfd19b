using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Tables;

/// <summary>One column of a table; priority 1 shows only with <c>-o wide</c>.</summary>
internal sealed record Column(
    string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell, int Priority = 0, string Type = "string", string Format = "");
