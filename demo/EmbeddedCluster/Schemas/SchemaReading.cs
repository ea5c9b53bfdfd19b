using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Schemas;

/// <summary>Reads the structural schemas of CustomResourceDefinitions (apiextensions.k8s.io/v1 JSONSchemaProps).</summary>
internal static class SchemaReading
{
    /// <summary>The schema of a whole object: apiVersion, kind and metadata are always allowed beside what is declared.</summary>
    public static Schema CustomResource(JsonObject document)
    {
        var schema = Read(document);
        schema.Properties["apiVersion"] = new Schema { Type = "string" };
        schema.Properties["kind"] = new Schema { Type = "string" };
        schema.Properties["metadata"] = ShapeCatalogHolder.ObjectMeta;
        return schema;
    }

    public static Schema Read(JsonObject document)
    {
        var schema = new Schema
        {
            Type = document.Text("type"),
            Source = document,
            PreserveUnknown = document.Flag("x-kubernetes-preserve-unknown-fields"),
            IsIntOrString = document.Flag("x-kubernetes-int-or-string"),
            IsNullable = document.Flag("nullable"),
            IsEmbeddedResource = document.Flag("x-kubernetes-embedded-resource"),
            IsAtomicMap = document.Text("x-kubernetes-map-type") == "atomic",
            ListType = ListTypeOf(document.Text("x-kubernetes-list-type")),
            ListKeys = [.. Texts(document, "x-kubernetes-list-map-keys")],
            Limits = LimitsOf(document),
        };
        foreach (var (name, property) in document.ObjectAt("properties") ?? [])
            AddProperty(schema, name, (JsonObject)property!);
        schema.Required.UnionWith(Texts(document, "required"));
        if (document.At("items") is JsonObject items)
            schema.Items = Read(items);
        if (document.At("additionalProperties") is { } additional)
            schema.Additional = additional is JsonObject values ? Read(values) : document.Flag("additionalProperties") ? Schema.Any : null;
        return schema;
    }

    private static void AddProperty(Schema schema, string name, JsonObject property)
    {
        schema.Properties[name] = Read(property);
        if (property["default"] is { } value)
            schema.Defaults[name] = value.DeepClone();
    }

    private static ListType ListTypeOf(string? text) => text switch
    {
        "map" => ListType.Map,
        "set" => ListType.Set,
        _ => ListType.Atomic,
    };

    private static SchemaLimits LimitsOf(JsonObject document) => new(
        document.ArrayAt("enum"), document.Text("pattern"), document.Text("format"),
        Real(document, "minimum"), Real(document, "maximum"), document.Flag("exclusiveMinimum"), document.Flag("exclusiveMaximum"),
        document.Number("minLength"), document.Number("maxLength"), document.Number("minItems"), document.Number("maxItems"),
        document.Number("minProperties"), document.Number("maxProperties"), Real(document, "multipleOf"));

    internal static double? Real(JsonObject document, string field) =>
        document[field] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : null;

    private static IEnumerable<string> Texts(JsonObject document, string field) =>
        (document.ArrayAt(field) ?? []).Select(one => one.AsText()).OfType<string>();

    private static class ShapeCatalogHolder
    {
        public static Schema ObjectMeta { get; } = ShapeCatalog.Load()["ObjectMeta"];
    }
}
