using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;

namespace ChatOps.Bot.Tests.Changes;

public sealed class SidecarPartsTests
{
    private const string Bare = """{"spec":{"containers":[{"name":"app","image":"app:1"}],"volumes":[{"name":"dshm"}]}}""";

    private const string Attached = """
        {"spec":{"serviceAccountName":"app-sidecar","serviceAccount":"app-sidecar","automountServiceAccountToken":false,
         "initContainers":[{"name":"setup"},{"name":"sidecar","image":"sidecar:2"}],"containers":[{"name":"app","image":"app:2"}],
         "volumes":[{"name":"dshm"},{"name":"sidecar-config"},{"name":"sidecar-token"}]}}
        """;

    private const string Ordinary = """
        {"spec":{"serviceAccountName":"app-sidecar","automountServiceAccountToken":false,
         "containers":[{"name":"app","image":"app:2"},{"name":"sidecar","image":"sidecar:1"}],
         "volumes":[{"name":"sidecar-token"},{"name":"sidecar-archives"}]}}
        """;

    [Fact]
    public void An_older_template_gets_the_sidecar_that_is_live()
    {
        var older = Carried(Attached, Bare);
        Assert.Equal(["sidecar"], Names(older, "initContainers"));
        Assert.Equal(["app"], Names(older, "containers"));
        Assert.Equal(["dshm", "sidecar-config", "sidecar-token"], Names(older, "volumes"));
        Assert.Equal("app:1", (string?)older["spec"]!["containers"]![0]!["image"]);
        Assert.Equal("app-sidecar", (string?)older["spec"]!["serviceAccountName"]);
        Assert.False((bool)older["spec"]!["automountServiceAccountToken"]!);
    }

    [Fact]
    public void An_older_sidecar_gives_way_to_the_live_one_wherever_each_stands()
    {
        var older = Carried(Attached, Ordinary);
        Assert.Equal(["sidecar"], Names(older, "initContainers"));
        Assert.Equal(["app"], Names(older, "containers"));
        Assert.Equal(["sidecar-config", "sidecar-token"], Names(older, "volumes"));
        Assert.Equal("sidecar:2", (string?)older["spec"]!["initContainers"]![0]!["image"]);
    }

    [Fact]
    public void One_that_was_taken_away_does_not_come_back()
    {
        var older = Carried(Bare, Attached);
        Assert.Equal(["setup"], Names(older, "initContainers"));
        Assert.Equal(["dshm"], Names(older, "volumes"));
        Assert.Equal(
            ["containers", "initContainers", "volumes"],
            older["spec"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Null(Carried(Bare, Ordinary)["spec"]!["volumes"]);
    }

    [Fact]
    public void What_a_release_brings_by_itself_is_left_to_it()
    {
        const string Own = """{"spec":{"serviceAccountName":"app","containers":[{"name":"app"},{"name":"sidecar","image":"theirs:1"}]}}""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Own), Carried(Bare, Own)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Bare), Carried(Own, Bare)));
    }

    [Fact]
    public void What_its_image_is_pulled_with_comes_along()
    {
        const string Secrets = "\"imagePullSecrets\":[{\"name\":\"x\"},{\"name\":\"y\"}],";
        var live = Attached.Replace("\"initContainers\"", $"{Secrets}\"initContainers\"", StringComparison.Ordinal);
        var older = Bare.Replace("\"containers\"", $"{Secrets.Replace('x', 'z')}\"containers\"", StringComparison.Ordinal);
        Assert.Equal(["x", "y", "z"], Names(Carried(live, older), "imagePullSecrets").Order());
        Assert.Equal(["x", "y"], Names(Carried(Bare, live), "imagePullSecrets"));
    }

    [Theory]
    [InlineData("chatops-attach a b", "a b")]
    [InlineData("chatops-attach a b|helm b c", "a")]
    [InlineData("helm a|chatops-attach", "")]
    [InlineData("", "")]
    public void Only_secrets_that_nobody_else_applied_go_with_it(string managers, string expected)
    {
        var fields = managers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(m => m.Split(' ')).Select(m => new JsonObject
        {
            ["manager"] = m[0],
            ["fieldsV1"] = Below(new(m.Skip(1).Select(s => KeyValuePair.Create($$"""k:{"name":"{{s}}"}""", (JsonNode?)new JsonObject()))
                .Prepend(new(".", new JsonObject())))),
        });
        var workload = new JsonObject { ["metadata"] = new JsonObject { ["managedFields"] = new JsonArray([.. fields]) } };
        Assert.Equal(expected, string.Join(' ', SidecarParts.PullSecrets(workload) ?? []));
    }

    private static JsonObject Below(JsonObject secrets) => ((string[])["f:imagePullSecrets", "f:spec", "f:template", "f:spec"])
        .Aggregate(secrets, (inner, field) => new JsonObject { [field] = inner });

    private static JsonNode Carried(string live, string older)
    {
        var result = JsonNode.Parse(older)!;
        SidecarParts.Carry(JsonNode.Parse(live), result);
        return result;
    }

    private static IEnumerable<string?> Names(JsonNode template, string list) =>
        template["spec"]![list]!.AsArray().Select(o => (string?)o!["name"]);
}
