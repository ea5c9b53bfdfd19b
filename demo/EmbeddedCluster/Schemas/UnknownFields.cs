using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Schemas;

/// <summary>
/// Finds, and where asked removes, the fields a schema does not declare (pruning of structural schemas; strict field validation).
/// </summary>
internal static class UnknownFields
{
    /// <summary>Paths of undeclared fields, in the order met; with <paramref name="prune"/> they are gone afterwards.</summary>
    public static IReadOnlyList<string> Find(JsonNode? node, Schema schema, bool prune)
    {
        var found = new List<string>();
        Visit(node, schema, "", prune, found);
        return found;
    }

    private static void Visit(JsonNode? node, Schema schema, string path, bool prune, List<string> found)
    {
        if (node is JsonArray list && schema.Items is { } items)
        {
            for (var i = 0; i < list.Count; i++)
                Visit(list[i], items, $"{path}[{i}]", prune, found);
        }
        else if (node is JsonObject map && !ReferenceEquals(schema, Schema.Any))
        {
            foreach (var (name, value) in map.ToArray())
                VisitField(map, name, value, schema, path.Length == 0 ? name : $"{path}.{name}", prune, found);
        }
    }

    private static void VisitField(
        JsonObject map, string name, JsonNode? value, Schema schema, string path, bool prune, List<string> found)
    {
        if (schema.Field(name) is { } field)
            Visit(value, field, path, prune, found);
        else if (!(schema.IsEmbeddedResource && name is "apiVersion" or "kind" or "metadata") && schema.Type is "object" or null)
        {
            found.Add(path);
            if (prune)
                map.Remove(name);
        }
    }
}
