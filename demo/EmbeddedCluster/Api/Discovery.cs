using System.Text.Json.Nodes;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Api;

/// <summary>Tells clients which groups, versions and resources exist, so that <c>kubectl</c> can map what people type to paths.</summary>
internal sealed class Discovery(KindCatalog kinds)
{
    public const string ServerVersion = "v1.35.0";

    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "35",
        ["gitVersion"] = ServerVersion + "-embedded",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = "linux/amd64",
    };

    public static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupNames().Select(name => Group(name, topLevel: false))]),
    };

    public JsonObject? Group(string name, bool topLevel = true)
    {
        var versions = VersionsOf(name);
        if (versions.Count == 0)
            return null;
        JsonObject Entry(string version) => new() { ["groupVersion"] = $"{name}/{version}", ["version"] = version };
        var group = new JsonObject();
        if (topLevel)
            (group["kind"], group["apiVersion"]) = ("APIGroup", "v1");
        group["name"] = name;
        group["versions"] = new JsonArray([.. versions.Select(Entry)]);
        group["preferredVersion"] = Entry(versions[0]);
        return group;
    }

    public JsonObject? Resources(string group, string version)
    {
        var found = Served(group, version).ToList();
        if (found.Count == 0)
            return null;
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. found.SelectMany(Entries)]),
        };
    }

    private IEnumerable<ResourceKind> Served(string group, string version) =>
        kinds.All.Where(kind => kind.Group == group && kind.Version == version)
            .Concat(Reviews.Kinds.Where(kind => kind.Group == group && kind.Version == version));

    private List<string> GroupNames() =>
        [.. kinds.All.Concat(Reviews.Kinds).Select(kind => kind.Group).Where(group => group.Length > 0)
            .Distinct().Order(StringComparer.Ordinal)];

    private List<string> VersionsOf(string group) =>
    [
        .. kinds.All.Concat(Reviews.Kinds).Where(kind => kind.Group == group)
            .OrderByDescending(kind => kind.Preferred).Select(kind => kind.Version).Distinct(),
    ];

    private static IEnumerable<JsonNode> Entries(ResourceKind kind)
    {
        if (Reviews.Kinds.Contains(kind))
        {
            yield return Entry(kind, kind.Plural, kind.Kind, ["create"]);
            yield break;
        }
        var entry = Entry(kind, kind.Plural, kind.Kind, Verbs);
        entry["singularName"] = kind.Singular;
        if (kind.ShortNames.Count > 0)
            entry["shortNames"] = new JsonArray([.. kind.ShortNames.Select(name => (JsonNode)name)]);
        if (kind.Categories.Count > 0)
            entry["categories"] = new JsonArray([.. kind.Categories.Select(name => (JsonNode)name)]);
        yield return entry;
        if (kind.HasStatus)
            yield return Entry(kind, kind.Plural + "/status", kind.Kind, ["get", "patch", "update"]);
        if (kind.HasScale)
            yield return Foreign(Entry(kind, kind.Plural + "/scale", "Scale", ["get", "patch", "update"]), "autoscaling", "v1");
        if (kind.StorageKey != "/pods")
            yield break;
        yield return Entry(kind, "pods/log", "Pod", ["get"]);
        yield return Entry(kind, "pods/binding", "Binding", ["create"]);
        yield return Foreign(Entry(kind, "pods/eviction", "Eviction", ["create"]), "policy", "v1");
    }

    private static JsonObject Entry(ResourceKind kind, string name, string kindName, string[] verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = "",
        ["namespaced"] = kind.Namespaced,
        ["kind"] = kindName,
        ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
    };

    private static JsonObject Foreign(JsonObject entry, string group, string version)
    {
        entry["group"] = group;
        entry["version"] = version;
        return entry;
    }
}
