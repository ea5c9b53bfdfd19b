using System.Text.Json.Nodes;

namespace ChatOps.Resources;

/// <summary>The merge patch (RFC 7386) that turns one object into another: removed fields become null, lists travel whole.</summary>
internal static class MergeDiff
{
    public static JsonObject Between(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (key, value) in after)
        {
            var old = before[key];
            if (JsonNode.DeepEquals(old, value)) continue;
            patch[key] = old is JsonObject from && value is JsonObject to ? Between(from, to) : value?.DeepClone();
        }
        foreach (var (key, _) in before)
        {
            if (!after.ContainsKey(key)) patch[key] = null;
        }
        return patch;
    }
}
