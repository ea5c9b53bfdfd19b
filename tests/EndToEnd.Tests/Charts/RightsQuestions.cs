using System.Text.Json.Nodes;
using ChatOps.EndToEnd.Tests.Docs;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>
/// The lines by which people ask the API server for each right of the Roles: one for each rule, made from the Roles themselves.
/// </summary>
internal static class RightsQuestions
{
    private static readonly string[] Ask =
    [
        "may() { account=$1 ns=$2 what=$3 sub=$4; shift 4; for verb; do",
        "  printf '%s %s%s: ' \"$verb\" \"$what\" \"${sub:+/$sub}\"",
        "  kubectl auth can-i \"$verb\" \"$what\" --subresource=\"$sub\" -n \"$ns\" --as \"system:serviceaccount:$account\"; done; }",
    ];

    /// <summary>The block of the README that asks.</summary>
    public static IReadOnlyList<string> Documented =>
        MarkdownPage.Named("charts/chatops/README.md").Blocks
            .Single(b => b.Text.StartsWith(Ask[0], StringComparison.Ordinal)).Text.Split('\n');

    /// <summary>Those of a bot with one target in <c>signal</c>, and of the sidecar there.</summary>
    public static bool IsAsked(JsonObject role) => Rights.NameOf(role) switch
    {
        "chatops-changes" or "chatops-self" or "ghostwire-sidecar" => true,
        "chatops-targets" => Rights.NamespaceOf(role) == "signal",
        _ => false,
    };

    public static IEnumerable<string> Of(IEnumerable<JsonObject> rendered) =>
        Ask.Concat(Rights.Roles(rendered).Where(IsAsked).SelectMany(role => role["rules"]!.AsArray().Select(rule => Line(role, rule!))));

    private static string Line(JsonObject role, JsonNode rule)
    {
        var account = Rights.NameOf(role) == "ghostwire-sidecar" ? "signal:ghostwire-sidecar" : "chatops:chatops";
        var (resource, subresource) = ((string)rule["resources"]![0]!).Split('/') is [var r, var s]
            ? (r, s)
            : ((string)rule["resources"]![0]!, "''");
        var group = (string)rule["apiGroups"]![0]!;
        var name = rule["resourceNames"] is { } names ? $"/{names[0]}" : "";
        var verbs = string.Join(' ', rule["verbs"]!.AsArray().Select(v => (string)v!));
        return $"may {account} {Rights.NamespaceOf(role)} {resource}{(group.Length > 0 ? "." : "")}{group}{name} {subresource} {verbs}";
    }
}
