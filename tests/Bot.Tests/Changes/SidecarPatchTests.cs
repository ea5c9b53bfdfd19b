using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Settings;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class SidecarPatchTests
{
    private const string Ordinary = """
        "runAsNonRoot":true,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]},
        "seccompProfile":{"type":"RuntimeDefault"}
        """;

    /// <summary>Root without capabilities is a user like others; a pod that allows no root is overruled for this container alone.</summary>
    private const string Root = """
        "runAsNonRoot":false,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,
        "capabilities":{"drop":["ALL"],"add":["DAC_OVERRIDE"]},"seccompProfile":{"type":"RuntimeDefault"}
        """;

    public static TheoryData<PlannedUser?, string> Users => new()
    {
        { null, Ordinary },
        { new() { User = 1000, Group = 1000 }, Ordinary },
        { new() { User = 472, Stated = true }, $"{Ordinary},\"runAsUser\":472" },
        { new() { User = 33, Group = 34, Stated = true }, $"{Ordinary},\"runAsUser\":33,\"runAsGroup\":34" },
        { new() { User = 0 }, Root },
        { new() { User = 0, Group = 0, Stated = true }, $"{Root},\"runAsUser\":0,\"runAsGroup\":0" },
    };

    [Theory]
    [MemberData(nameof(Users), DisableDiscoveryEnumeration = true)]
    public void It_says_as_whom_it_runs_only_where_the_pod_does_not(PlannedUser? user, string context)
    {
        var made = ContainerOf(Planned with { RunAs = user })["securityContext"];
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($"{{{context}}}"), made), made!.ToJsonString());
    }

    [Fact]
    public void What_is_declared_goes_before_what_it_would_have()
    {
        var declared = new SidecarPodSettings
        {
            Resources = new() { ["requests"] = new JsonObject { ["cpu"] = "1" } },
            SecurityContext = new() { ["allowPrivilegeEscalation"] = true, ["procMount"] = "Default" },
            ImagePullSecrets = ["regcred"],
        };
        var container = ContainerOf(Planned, declared);
        Assert.Equal("""{"requests":{"cpu":"1"}}""", container["resources"]!.ToJsonString());
        var expected = JsonNode.Parse($"{{{Ordinary}}}")!;
        (expected["allowPrivilegeEscalation"], expected["procMount"]) = (true, "Default");
        Assert.True(JsonNode.DeepEquals(expected, container["securityContext"]), container.ToJsonString());
        Assert.Equal("""[{"name":"regcred"}]""", PodOf(Planned, declared)["imagePullSecrets"]!.ToJsonString());
        Assert.Null(PodOf(Planned)["imagePullSecrets"]);
    }

    [Fact]
    public void It_is_told_where_the_home_is()
    {
        var variables = ContainerOf(Planned)["env"]!.AsArray().ToDictionary(v => (string)v!["name"]!, v => (string?)v!["value"]);
        Assert.Equal("/data", variables["SIDECAR_HOME"]);
    }

    [Fact]
    public void It_reads_the_folder_of_the_volume_that_is_the_home()
    {
        Assert.Equal("a/b", (string?)ContainerOf(Planned with { HomeSubPath = "a/b" })["volumeMounts"]![0]!["subPath"]);
        Assert.Null(ContainerOf(Planned)["volumeMounts"]![0]!["subPath"]);
    }

    private static PlannedSidecar Planned =>
        new() { Image = "sidecar:1", ServiceAccount = "shop-sidecar", HomeVolume = "data", Native = true };

    private static JsonNode ContainerOf(PlannedSidecar sidecar, SidecarPodSettings? declared = null) =>
        PodOf(sidecar, declared)["initContainers"]![0]!;

    private static JsonNode PodOf(PlannedSidecar sidecar, SidecarPodSettings? declared = null)
    {
        var target = new Target
        {
            Name = "shop",
            Namespace = "ns",
            WorkloadKind = "statefulset",
            WorkloadName = "shop",
            Home = new() { Path = "/data", Claim = "data", SidecarImage = "sidecar:1", Sidecar = declared ?? new() },
        };
        return SidecarPatch.Attach(target, sidecar).Body["spec"]!["template"]!["spec"]!;
    }
}
