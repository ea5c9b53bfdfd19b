using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Kinds;

/// <summary>
/// Everything the server must know to serve one version of one resource; nothing elsewhere switches on a custom kind's name.
/// </summary>
internal sealed record ResourceKind(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    public string Singular { get; init; } = Kind.ToLowerInvariant();

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool HasStatus { get; init; }

    public bool HasScale { get; init; }

    public bool IsCustom { get; init; }

    /// <summary>Whether the version of this kind in which objects are kept; others are answered with only apiVersion changed.</summary>
    public bool Preferred { get; init; } = true;

    public Schema Schema { get; init; } = Schema.Any;

    public IReadOnlyList<PrinterColumn> PrinterColumns { get; init; } = [];

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Where its objects are kept: the same for every version.</summary>
    public string StorageKey => $"{Group}/{Plural}";

    /// <summary>How messages name it: <c>deployments.apps</c>.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string ListKind { get; init; } = Kind + "List";
}

/// <summary>A column that a custom resource definition asks for in tables.</summary>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, string Format, string Description, int Priority);
