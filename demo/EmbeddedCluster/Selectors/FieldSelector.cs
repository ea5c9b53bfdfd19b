using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Selectors;

/// <summary>Decides whether an object's fields match; fields the kind does not offer are refused as by the real server.</summary>
internal sealed class FieldSelector
{
    private static readonly Dictionary<string, string[]> Offered = new()
    {
        ["pods"] =
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        ["events"] =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
        ["secrets"] = ["type"],
        ["namespaces"] = ["status.phase"],
        ["nodes"] = ["spec.unschedulable"],
        ["jobs"] = ["status.successful"],
        ["replicasets"] = ["status.replicas"],
    };

    private readonly List<(string[] Path, string Value, bool Equal)> _terms = [];

    public bool IsEmpty => _terms.Count == 0;

    public static FieldSelector Parse(string? text, ResourceKind kind)
    {
        var selector = new FieldSelector();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (path, value, equal) = ParseTerm(part);
            if (path is not ("metadata.name" or "metadata.namespace") && !Offered.GetValueOrDefault(kind.Plural, []).Contains(path))
                throw StatusException.BadRequest($"field label not supported: {path}");
            selector._terms.Add((path.Split('.'), value, equal));
        }
        return selector;
    }

    public bool Matches(JsonObject value) => _terms.TrueForAll(term => term.Equal == (Read(value, term.Path) == term.Value));

    /// <summary>The name asked for, where the selector asks for exactly one.</summary>
    public string? NameAskedFor =>
        _terms.Where(term => term.Equal && term.Path is ["metadata", "name"]).Select(term => term.Value).FirstOrDefault();

    private static string Read(JsonObject value, string[] path) =>
        value.At(path) switch
        {
            null => "",
            { } node => node.AsText() ?? node.ToJsonString(),
        };

    private static (string Path, string Value, bool Equal) ParseTerm(string part)
    {
        foreach (var sign in (string[])["!=", "==", "="])
            if (part.IndexOf(sign, StringComparison.Ordinal) is > 0 and var at)
                return (part[..at].Trim(), part[(at + sign.Length)..].Trim(), sign != "!=");
        throw StatusException.BadRequest($"invalid selector: '{part}'; can't understand '{part}'");
    }
}
