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

    private static PlannedSidecar Planned =>
        new() { Image = "sidecar:1", ServiceAccount = "shop-sidecar", HomeVolume = "data", Native = true };

    private static JsonNode ContainerOf(PlannedSidecar sidecar)
    {
        var target = new Target
        {
            Name = "shop",
            Namespace = "ns",
            WorkloadKind = "statefulset",
            WorkloadName = "shop",
            Home = new() { Path = "/data", Claim = "data", SidecarImage = "sidecar:1" },
        };
        return SidecarPatch.Attach(target, sidecar).Body["spec"]!["template"]!["spec"]!["initContainers"]![0]!;
    }
}
