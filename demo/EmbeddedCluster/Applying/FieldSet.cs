using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Applying;

/// <summary>
/// A set of field paths in the alphabet of FieldsV1: <c>f:</c> fields, <c>k:</c> list elements by key, <c>v:</c> set members.
/// </summary>
/// <remarks>Kubernetes structured merge and diff. Only leaves and list elements are members; parents are implied.</remarks>
internal sealed class FieldSet
{
    internal const char Separator = '\u0001';

    public HashSet<string> Paths { get; init; } = [];

    public bool IsEmpty => Paths.Count == 0;

    /// <summary>The paths of everything <paramref name="value"/> says that a manager can own, with the value found there.</summary>
    public static Dictionary<string, JsonNode?> Leaves(JsonObject value, Schema schema)
    {
        var leaves = new Dictionary<string, JsonNode?>();
        foreach (var (name, child) in value)
        {
            if (name is "apiVersion" or "kind")
                continue;
            if (name == "metadata" && child is JsonObject metadata)
                CollectMetadata(metadata, schema.Field(name) ?? Schema.Any, leaves);
            else
                Collect(child, schema.Field(name) ?? Schema.Any, "f:" + name, leaves);
        }
        return leaves;
    }

    public static FieldSet FromJson(JsonObject? fields)
    {
        var set = new FieldSet();
        Read(fields ?? [], "", set.Paths);
        return set;
    }

    public JsonObject ToJson()
    {
        var root = new JsonObject();
        foreach (var path in Paths.Order(StringComparer.Ordinal))
        {
            var node = root;
            foreach (var step in path.Split(Separator))
                node = node.Child(step);
            if (Paths.Any(other => other.Length > path.Length && other.StartsWith(path + Separator, StringComparison.Ordinal)))
                node["."] = new JsonObject();
        }
        return root;
    }

    /// <summary>A path as people read it in conflicts: <c>.spec.template.spec.containers[name="app"].image</c>.</summary>
    public static string Describe(string path) => string.Concat(path.Split(Separator).Select(step => step[0] switch
    {
        'f' => "." + step[2..],
        'k' => "[" + string.Join(",", ((JsonObject)JsonNode.Parse(step[2..])!)
            .Select(key => $"{key.Key}={key.Value?.ToJsonString()}")) + "]",
        _ => "[=" + step[2..] + "]",
    }));

    internal static string ElementStep(JsonNode? item, Schema list)
    {
        if (list.ListType == ListType.Set)
            return "v:" + item?.ToJsonString();
        var keys = new JsonObject();
        foreach (var key in list.ListKeys)
            if ((item.At(key) ?? list.Items?.Defaults.GetValueOrDefault(key)) is { } value)
                keys[key] = value.DeepClone();
        return keys.Count > 0
            ? "k:" + keys.ToJsonString()
            : throw StatusException.BadRequest(
                $"element of an associative list omits its key field \"{list.ListKeys[0]}\" (and doesn't have default value)");
    }

    private static void CollectMetadata(JsonObject metadata, Schema schema, Dictionary<string, JsonNode?> leaves)
    {
        foreach (var name in (string[])["labels", "annotations", "finalizers", "ownerReferences"])
            if (metadata[name] is { } child)
                Collect(child, schema.Field(name) ?? Schema.Any, $"f:metadata{Separator}f:{name}", leaves);
    }

    private static void Collect(JsonNode? node, Schema schema, string path, Dictionary<string, JsonNode?> leaves)
    {
        if (node is JsonObject { Count: > 0 } map && !schema.IsAtomicMap)
        {
            foreach (var (name, child) in map)
                Collect(child, schema.Field(name) ?? Schema.Any, $"{path}{Separator}f:{name}", leaves);
        }
        else if (node is JsonArray { Count: > 0 } list && schema.ListType != ListType.Atomic)
        {
            foreach (var item in list)
            {
                var element = path + Separator + ElementStep(item, schema);
                leaves[element] = schema.ListType == ListType.Set ? item : null;
                if (item is JsonObject { Count: > 0 } fields)
                    foreach (var (name, child) in fields)
                        Collect(child, schema.Items?.Field(name) ?? Schema.Any, $"{element}{Separator}f:{name}", leaves);
            }
        }
        else
        {
            leaves[path] = node;
        }
    }

    private static void Read(JsonObject fields, string prefix, HashSet<string> paths)
    {
        foreach (var (step, child) in fields)
        {
            if (step == ".")
                paths.Add(prefix);
            else if (child is JsonObject { Count: > 0 } below)
                Read(below, prefix.Length == 0 ? step : prefix + Separator + step, paths);
            else
                paths.Add(prefix.Length == 0 ? step : prefix + Separator + step);
        }
    }
}
