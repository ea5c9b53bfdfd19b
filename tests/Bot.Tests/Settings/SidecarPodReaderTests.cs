using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Tests.Settings;

public sealed class SidecarPodReaderTests
{
    [Fact]
    public void What_is_said_of_the_pods_is_handed_on_as_it_is()
    {
        var (home, faults) = Read("""
            sidecar:
              imagePullSecrets: [regcred, other]
              resources: { requests: { cpu: 1, memory: "64Mi" }, limits: { memory: 1Gi, ephemeral-storage: "2e9" } }
              securityContext:
                readOnlyRootFilesystem: false
                capabilities: { drop: [ALL], add: [CHOWN] }
                seccompProfile: { type: Localhost, localhostProfile: "true" }
            """);
        Assert.Empty(faults);
        Assert.Equal(["regcred", "other"], home!.Sidecar.ImagePullSecrets);
        Same(
            """{"requests":{"cpu":"1","memory":"64Mi"},"limits":{"memory":"1Gi","ephemeral-storage":"2e9"}}""", home.Sidecar.Resources);
        Same("""
            {"readOnlyRootFilesystem":false,"capabilities":{"drop":["ALL"],"add":["CHOWN"]},
             "seccompProfile":{"type":"Localhost","localhostProfile":"true"}}
            """, home.Sidecar.SecurityContext);
    }

    [Theory]
    [InlineData("runAs: { user: 472, group: 0 }", 472, 0)]
    [InlineData("runAs: { user: 472 }", 472, 472)]
    [InlineData("runAs: { user: 0 }", 0, 0)]
    [InlineData("runAs: { user: 2147483647, group: '1' }", 2147483647, 1)]
    public void A_user_has_a_group_of_its_own_number_unless_another_is_said(string said, long user, long group)
    {
        var (home, faults) = Read(said);
        Assert.Empty(faults);
        Assert.Equal(new RunAs(user, group), home!.RunAs);
    }

    [Theory]
    [InlineData("runAs: { group: 5 }", "runAs lacks 'user'")]
    [InlineData("runAs: { user: -1 }", "runAs.user: '-1' is no whole number from 0")]
    [InlineData("runAs: { user: 1.5 }", "runAs.user: '1.5' is no whole number from 0")]
    [InlineData("runAs: { user: [1] }", "runAs.user: must be a single value")]
    [InlineData("runAs: { user: 1, group: 2147483648 }", "runAs.group: '2147483648' is no whole number from 0 to 2147483647")]
    [InlineData("runAs: { uid: 1, user: 1 }", "runAs: 'uid' is not known here; known: group, user")]
    [InlineData("runAs: root", "runAs must be a mapping of names to values")]
    [InlineData("sidecar: { image: x }", "sidecar: 'image' is not known here; known: imagePullSecrets, resources, securityContext")]
    [InlineData("sidecar: { resources: { requests: { cpu: fast } } }", "resources.requests: cpu: 'fast' is no quantity; write it as")]
    [InlineData("sidecar: { resources: { requests: { cpu: [1] } } }", "resources.requests: cpu: '' is no quantity")]
    [InlineData("sidecar: { resources: { limits: 1Gi } }", "resources.limits: must be a mapping of names to values")]
    [InlineData("sidecar: { resources: { claims: [] } }", "resources: 'claims' is not known here; known: limits, requests")]
    [InlineData("sidecar: { securityContext: [] }", "sidecar.securityContext: must be a mapping of names to values")]
    [InlineData("sidecar: { securityContext: { runAsUser: 0 } }", "runAsUser: the user is said as runAs of the home")]
    [InlineData("sidecar: { securityContext: { privileged: 'true' } }", "privileged: 'true' is neither true nor false")]
    [InlineData("sidecar: { securityContext: { capabilities: ALL } }", "capabilities: must be a mapping of names to values")]
    [InlineData("sidecar: { securityContext: { fsGroup: 1 } }", "'fsGroup' is not known here; known: allowPrivilegeEscalation, app")]
    [InlineData("sidecar: { securityContext: &a { capabilities: { add: [*a] } } }", "sidecar.securityContext: is nested too deeply")]
    public void What_would_only_fail_in_the_cluster_is_refused(string said, string told)
    {
        var (home, faults) = Read(said);
        Assert.Null(home);
        Assert.Contains(faults, f => f.Contains(told, StringComparison.Ordinal));
    }

    private static (HomeSettings? Home, IReadOnlyList<string> Faults) Read(string said)
    {
        var (settings, faults) = SettingsReader.Read($$"""
            people: { bob: { web: bob, roles: [approver] } }
            roles: { approver: { may: [approve] } }
            targets:
              shop:
                workload: deployment/shop
                home:
                  path: /data
                  claim: data
                  sidecarImage: sidecar:1
                  {{said.Replace("\n", "\n      ", StringComparison.Ordinal)}}
            """);
        return (settings?.Targets["shop"].Home, [.. faults.Select(f => f.Message)]);
    }

    private static void Same(string expected, JsonNode? read) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), read), read?.ToJsonString());
}
