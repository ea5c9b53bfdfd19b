using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <summary>One request before it is sent: enough to send it again, and to name it in an error.</summary>
internal sealed record Call(
    string Verb, HttpMethod Method, ResourceKind? Kind, string? Ns, string? Name = null, string? Subresource = null,
    string? Query = null, string? Subject = null)
{
    private string? _path;

    public JsonNode? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>The answer has no end: no time limit on its body.</summary>
    public bool Streams { get; init; }

    public string Target => (_path ?? Kind!.Path(Ns, Name, Subresource)) + (string.IsNullOrEmpty(Query) ? "" : $"?{Query}");

    public static Call Get(ResourceKind kind, string? ns, string name) => new("get", HttpMethod.Get, kind, ns, name);

    public static Call Of(string verb, string path) => new(verb, HttpMethod.Get, null, null) { _path = path };

    /// <summary><c>statefulsets.apps/ghostwire (namespace signal)</c>.</summary>
    public override string ToString()
    {
        if (Kind is null) return _path ?? "";
        var subresource = Subresource is null ? "" : $"/{Subresource}";
        var name = (Name ?? Subject) is { } n ? $"/{n}" : "";
        return $"{Kind.Qualified}{name}{subresource}" + (string.IsNullOrEmpty(Ns) ? "" : $" in namespace {Ns}");
    }
}
