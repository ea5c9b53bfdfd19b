using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Api;

/// <summary>A request path taken apart: which kind, namespace, name and subresource it addresses.</summary>
/// <remarks>Kubernetes API concepts, "Resource URIs".</remarks>
internal sealed record ResourcePath(ResourceKind Kind, string Namespace, string Name, string Subresource)
{
    /// <summary>The resource addressed, or null when no such resource is served.</summary>
    public static ResourcePath? Parse(string path, KindCatalog kinds)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var tail] => ("", v, tail),
            ["apis", var g, var v, .. var tail] => (g, v, tail),
            _ => ("", "", []),
        };
        var ns = "";
        if (rest is ["namespaces", var inside, var next, ..] && !(group.Length == 0 && next is "status" or "finalize"))
            (ns, rest) = (inside, rest[2..]);
        if (rest.Length is 0 or > 3 || kinds.Find(group, version, rest[0]) is not { } kind)
            return null;
        if (kind.Namespaced && ns.Length == 0 && rest.Length > 1)
            return null;
        return new(kind, ns, rest.ElementAtOrDefault(1) ?? "", rest.ElementAtOrDefault(2) ?? "");
    }
}
