using System.Text.RegularExpressions;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The Roles give what the code calls and nothing else.</summary>
public sealed class ChartRightsTests : IDisposable
{
    private readonly Helm _helm = new();

    public void Dispose() => _helm.Dispose();

    [Theory]
    [InlineData("bot", "chatops-changes", "chatops-self", "chatops-targets")]
    [InlineData("sidecar", "ghostwire-sidecar", "notes-sidecar")]
    public async Task Every_call_in_the_source_is_a_right_and_every_right_a_call(string program, params string[] roles)
    {
        var given = Rights.Roles(await _helm.ObjectsAsync("targets")).Where(r => roles.Contains(Rights.NameOf(r))).SelectMany(Rights.Of);
        Assert.Equal(CalledRights.Of(program), given.Select(r => r.ToString()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_target_without_a_home_asks_for_nothing_that_only_a_home_needs()
    {
        var role = Rights.Roles(await _helm.ObjectsAsync("web")).Single(r => Rights.NameOf(r) == "chatops-targets");
        Assert.Equal("shop", Rights.NamespaceOf(role));
        string[] deployments = ["get", "list", "watch", "patch"];
        Assert.Equal(
            [.. deployments.Select(v => new Right(v, "deployments", "apps", "shop")),
                .. ((string[])["list", "watch"]).Select(v => new Right(v, "replicasets", "apps")),
                new("list", "pods", ""), new("watch", "pods", ""),
                .. ((string[])["list", "watch", "create"]).Select(v => new Right(v, "events", "")), new("get", "pods/log", "")],
            Rights.Of(role));
    }

    [Fact]
    public async Task Nothing_is_granted_beyond_a_namespace()
    {
        var kinds = (await _helm.ObjectsAsync("targets")).Select(o => (string)o["kind"]!).Distinct();
        Assert.DoesNotContain(kinds, k => k.StartsWith("Cluster", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_table_in_the_readme_is_the_roles()
    {
        var rendered = await _helm.RenderAsync("targets", "--show-only", "templates/roles.yaml", "--show-only", "templates/sidecars.yaml");
        string[] roles =
        [
            "name: chatops-changes\n  namespace: chatops", "name: chatops-self\n  namespace: chatops",
            "name: chatops-targets\n  namespace: signal", "name: ghostwire-sidecar\n",
        ];
        var documents = rendered.Split("\n---\n").Where(d => d.Contains("\nkind: Role\n", StringComparison.Ordinal)).ToList();
        var rows = roles.Zip(["the bot's", "the bot's", "a target's", "the sidecar's"])
            .SelectMany(role => Rows(documents.Single(d => d.Contains(role.First, StringComparison.Ordinal)), role.Second));
        Assert.Equal(rows, ReadmeTable.Rows("rights"));
    }

    [Fact]
    public async Task The_questions_in_the_readme_are_the_roles() =>
        Assert.Equal(RightsQuestions.Of(await _helm.ObjectsAsync("targets")), RightsQuestions.Documented);

    private static IEnumerable<string> Rows(string role, string place) =>
        Regex.Matches(role, """
              # (?<why>.*)
              - apiGroups: \["?(?<group>[^"\]]*)"?\]
                resources: \[(?<resource>.*)\]
            (?<names>    resourceNames: .*\n)?    verbs: \[(?<verbs>.*)\]
            """).Select(m => $"| `{m.Groups["resource"]}{(m.Groups["group"].Length > 0 ? "." : "")}{m.Groups["group"]}`"
                + $"{(m.Groups["names"].Success ? ", named" : "")} | {m.Groups["verbs"]} | {place} | {m.Groups["why"]} |");
}
