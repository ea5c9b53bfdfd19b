using System.Text.Json.Serialization.Metadata;

namespace ChatOps.Kubernetes;

/// <summary>Names one kind of resource as the API spells it, and knows its paths (Kubernetes API concepts, "Resource URIs").</summary>
/// <param name="Group">Empty for the core group.</param>
public record ResourceKind(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>How errors and rules name it: <c>statefulsets.apps</c>, <c>pods</c>.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The path of a collection (no name), of an object, or of a subresource of it.</summary>
    public string Path(string? ns, string? name = null, string? subresource = null)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        var scope = Namespaced && !string.IsNullOrEmpty(ns) ? $"/namespaces/{Uri.EscapeDataString(ns)}" : "";
        var path = $"{root}{scope}/{Plural}";
        if (name is not null) path += $"/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}

/// <summary>A kind together with the model this program reads it with; fields the model lacks are ignored, never written back.</summary>
public sealed record ResourceKind<T>(string Group, string Version, string Plural, string Kind, JsonTypeInfo<T> Json, bool Namespaced = true)
    : ResourceKind(Group, Version, Plural, Kind, Namespaced)
    where T : IResource;
