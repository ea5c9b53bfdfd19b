using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Patching;

/// <summary>Applies a JSON merge patch exactly as RFC 7386 section 2 defines it: null removes, objects merge, all else replaces.</summary>
internal static class MergePatch
{
    /// <summary>The patched document; neither argument is changed.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target is JsonObject map ? (JsonObject)map.DeepClone() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = Apply(result[name], value);
        }
        return result;
    }
}
