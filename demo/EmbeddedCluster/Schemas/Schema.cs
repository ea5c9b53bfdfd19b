using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Schemas;

/// <summary>How the elements of a list belong to owners: as one value, by key, or as a set.</summary>
/// <remarks>Kubernetes structured merge and diff: <c>x-kubernetes-list-type</c>.</remarks>
internal enum ListType
{
    Atomic,
    Map,
    Set,
}

/// <summary>What one field may hold: read from <c>shapes.txt</c> for built-in kinds and from structural schemas for custom ones.</summary>
internal sealed class Schema
{
    public static Schema Any { get; } = new() { PreserveUnknown = true };

    /// <summary>The type's name among built-in types, or null for an anonymous one.</summary>
    public string? Name { get; init; }

    /// <summary>object, array, string, integer, number, boolean, or null for anything.</summary>
    public string? Type { get; init; }

    public Dictionary<string, Schema> Properties { get; } = [];

    public HashSet<string> Required { get; } = [];

    public Dictionary<string, JsonNode> Defaults { get; } = [];

    /// <summary>Fields under which a strategic merge keeps only the keys the patch names.</summary>
    public HashSet<string> RetainKeys { get; } = [];

    public Schema? Items { get; set; }

    public Schema? Additional { get; set; }

    public ListType ListType { get; set; }

    public IReadOnlyList<string> ListKeys { get; set; } = [];

    public string? MergeKey { get; set; }

    public bool IsAtomicMap { get; set; }

    public bool PreserveUnknown { get; set; }

    public bool IsIntOrString { get; set; }

    public bool IsNullable { get; set; }

    public bool IsEmbeddedResource { get; set; }

    public SchemaLimits? Limits { get; set; }

    /// <summary>The document it was read from, for publishing; null for built-in types.</summary>
    public JsonObject? Source { get; init; }

    public bool IsList => Type == "array";

    /// <summary>The schema of a field, or null when the schema has no such field.</summary>
    public Schema? Field(string name) => Properties.GetValueOrDefault(name) ?? Additional ?? (PreserveUnknown ? Any : null);
}

/// <summary>The bounds on a value in a structural schema; null means unbounded.</summary>
internal sealed record SchemaLimits(
    JsonArray? Enum, string? Pattern, string? Format, double? Minimum, double? Maximum, bool ExclusiveMinimum, bool ExclusiveMaximum,
    long? MinLength, long? MaxLength, long? MinItems, long? MaxItems, long? MinProperties, long? MaxProperties, double? MultipleOf);
