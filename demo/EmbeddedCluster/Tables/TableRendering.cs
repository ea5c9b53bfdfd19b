using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Tables;

/// <summary>Makes the meta.k8s.io/v1 Table that kubectl prints line by line.</summary>
internal static class TableRendering
{
    public static JsonObject Render(
        ResourceKind kind, IReadOnlyList<JsonObject> values, string version, bool withColumns,
        DateTimeOffset now, Func<JsonObject, JsonNode?> rowObject)
    {
        var columns = kind.IsCustom ? CustomColumns(kind) : BuiltInColumns.For(kind);
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
            ["columnDefinitions"] = withColumns ? new JsonArray([.. columns.Select(Definition)]) : null,
            ["rows"] = new JsonArray([.. values.Select(value => (JsonNode)new JsonObject
            {
                ["cells"] = new JsonArray([.. columns.Select(column => column.Cell(value, now))]),
                ["object"] = rowObject(value),
            })]),
        };
    }

    private static List<Column> CustomColumns(ResourceKind kind)
    {
        var columns = new List<Column> { new("Name", (value, _) => value.Name(), 0, "string", "name") };
        columns.AddRange(kind.PrinterColumns.Select(column =>
            new Column(column.Name, (value, now) => Cell(value, column, now), column.Priority, column.Type, column.Format)));
        if (kind.PrinterColumns.Count == 0)
            columns.Add(new("Age", (value, now) => HumanDuration.Since(value.Instant("metadata", "creationTimestamp"), now), 0, "date"));
        return columns;
    }

    private static JsonNode? Cell(JsonObject value, PrinterColumn column, DateTimeOffset now)
    {
        var found = JsonPath.Find(value, column.JsonPath).ToList();
        if (found.Count == 0)
            return null;
        var text = string.Join(",", found.Select(node => node.AsText() ?? node.ToJsonString()));
        return column.Type switch
        {
            "date" => HumanDuration.Since(DateTimeOffset.TryParse(text, out var at) ? at : null, now),
            "integer" or "number" or "boolean" when found.Count == 1 => found[0].DeepClone(),
            _ => text,
        };
    }

    private static JsonNode Definition(Column column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = "",
        ["priority"] = column.Priority,
    };
}
