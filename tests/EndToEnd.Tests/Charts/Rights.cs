using System.Text.Json.Nodes;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>Every right that a rendered Role gives, and where.</summary>
internal static class Rights
{
    public static IEnumerable<Right> Of(JsonObject role) =>
        from rule in role["rules"]!.AsArray()
        from resource in Texts(rule!["resources"])
        from verb in Texts(rule["verbs"])
        from name in rule["resourceNames"] is { } names ? Texts(names).Cast<string?>() : [null]
        select new Right(verb, resource, Texts(rule["apiGroups"]).Single(), name);

    public static IEnumerable<JsonObject> Roles(IEnumerable<JsonObject> rendered) => rendered.Where(o => (string?)o["kind"] == "Role");

    public static string NameOf(JsonObject o) => (string)o["metadata"]!["name"]!;

    public static string NamespaceOf(JsonObject o) => (string)o["metadata"]!["namespace"]!;

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => (string)item!);
}
