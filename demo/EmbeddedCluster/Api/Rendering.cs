using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Tables;
using ChatOps.Cluster.Writing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Gives objects the form the Accept header asks for: whole, as table rows, or metadata only.</summary>
/// <remarks>Kubernetes API concepts, "Receiving resources as Tables".</remarks>
internal sealed class Rendering(ResourceKind kind, HttpContext context, TimeProvider time)
{
    private readonly string _accept = context.Request.Headers.Accept.ToString();
    private readonly string _include = context.Request.Query["includeObject"].ToString();

    private bool IsTable => _accept.Contains("as=Table", StringComparison.Ordinal);

    private bool IsMetadata => _accept.Contains("as=PartialObjectMetadata", StringComparison.Ordinal);

    public JsonNode One(JsonObject value)
    {
        if (IsTable)
            return Table([value], value.Text("metadata", "resourceVersion") ?? "", withColumns: true);
        return IsMetadata ? Partial(value) : Whole(value);
    }

    public JsonNode WatchItem(JsonObject value, bool first) =>
        IsTable ? Table([value], value.Text("metadata", "resourceVersion") ?? "", first) : One(value);

    public JsonNode List(IReadOnlyList<JsonObject> values, JsonObject metadata)
    {
        if (IsTable)
        {
            var table = Table(values, "", withColumns: true);
            table["metadata"] = metadata;
            return table;
        }
        return new JsonObject
        {
            ["kind"] = IsMetadata ? "PartialObjectMetadataList" : kind.ListKind,
            ["apiVersion"] = IsMetadata ? "meta.k8s.io/v1" : kind.ApiVersion,
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. values.Select(Item)]),
        };
    }

    /// <summary>A bookmark carries nothing but a resourceVersion, in the form the watch is in.</summary>
    public JsonNode Bookmark(string version, bool endsInitial)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version };
        if (endsInitial)
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var bookmark = new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = metadata };
        if (!IsTable)
            return bookmark;
        var table = Table([], version, withColumns: false);
        table["rows"] = new JsonArray(new JsonObject { ["cells"] = new JsonArray(), ["object"] = bookmark });
        return table;
    }

    private JsonNode Item(JsonObject value)
    {
        if (IsMetadata)
            return Partial(value);
        var item = Whole(value);
        if (!kind.IsCustom)
        {
            // Typed lists of the real server name the kind once, on the list.
            item.Remove("kind");
            item.Remove("apiVersion");
        }
        return item;
    }

    private JsonObject Whole(JsonObject value) => ObjectWriter.InVersion(kind, value);

    private JsonObject Table(IReadOnlyList<JsonObject> values, string version, bool withColumns) =>
        TableRendering.Render(kind, values, version, withColumns, time.GetUtcNow(), RowObject);

    private JsonNode? RowObject(JsonObject value) => _include switch
    {
        "None" => null,
        "Object" => Whole(value),
        _ => Partial(value),
    };

    private static JsonObject Partial(JsonObject value) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = value["metadata"]!.DeepClone(),
    };
}
