using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Schemas;

/// <summary>Fills in the defaults a schema declares, below objects that exist; what is written is never changed.</summary>
internal static class Defaulting
{
    public static void Apply(JsonNode? node, Schema schema)
    {
        if (node is JsonObject map)
            ApplyObject(map, schema);
        else if (node is JsonArray list && schema.Items is { } items)
            foreach (var item in list)
                Apply(item, items);
    }

    private static void ApplyObject(JsonObject map, Schema schema)
    {
        foreach (var (name, value) in schema.Defaults)
            if (map[name] is null && !(map.ContainsKey(name) && schema.Properties[name].IsNullable))
                map[name] = value.DeepClone();
        foreach (var (name, value) in map)
            if (value is not null && schema.Field(name) is { } field)
                Apply(value, field);
    }
}
