using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

/// <summary>Containers as the users that their securityContext names, with what it leaves them.</summary>
public sealed class UsersTests
{
    /// <summary>
    /// What the pod and its container say, then user, group, all groups, the bounding set and whether new privileges are barred.
    /// </summary>
    public static TheoryData<string, string, string> Contexts => new()
    {
        { "{}", "{}", "33 33 33" },
        { "{runAsUser: 472}", "{}", "472 0 0" },
        { "{runAsUser: 472, runAsGroup: 5, fsGroup: 7, supplementalGroups: [8]}", "{}", "472 5 5,7,8" },
        { "{runAsUser: 472, runAsGroup: 5}", "{runAsUser: 1000, allowPrivilegeEscalation: false}", "1000 5 5 barred" },
        { "{runAsNonRoot: true}", "{runAsUser: 0, runAsNonRoot: false, capabilities: {drop: [ALL], add: [DAC_OVERRIDE]}}", "0 0 0 2" },
    };

    [Theory]
    [MemberData(nameof(Contexts))]
    public async Task A_process_runs_as_its_context_says(string pod, string container, string expected)
    {
        await using var cluster = await StartAsync();
        const string Script = "echo $(id -u) $(id -g) $(id -G | tr \\\" \\\" \\\"\\\\n\\\" | sort -n | paste -sd,) "
            + "$(grep -q NoNewPrivs:.1 /proc/self/status && echo barred) "
            + "$(grep CapBnd /proc/self/status | grep -o [^0]$) > /data/part; mv /data/part /data/out; sleep 1000";
        await ApplyAsync(cluster, pod, container, Script);
        var file = Path.Combine(cluster.Kubelet!.ClaimDirectory("default", "c"), "out");
        await Eventually.TrueAsync("it has written", () => Task.FromResult(File.Exists(file)));
        // All capabilities end with an f, of whichever kernel.
        Assert.Equal(expected, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim().TrimEnd('f').Trim());
    }

    [Theory]
    [InlineData("{runAsNonRoot: true, runAsUser: 0}", "{}", "container's runAsUser breaks non-root policy")]
    [InlineData("{runAsUser: 0}", "{runAsNonRoot: true}", "container's runAsUser breaks non-root policy")]
    public async Task Root_is_refused_where_it_may_not_be(string pod, string container, string said)
    {
        await using var cluster = await StartAsync();
        await ApplyAsync(cluster, pod, container, "sleep 1000");
        var message = await Eventually.ValueAsync("it is refused", async () =>
            (await cluster.Client.FindRawAsync(Kubernetes.Kinds.Pods, "default", "p", TestContext.Current.CancellationToken))
                .ItemsAt("status", "containerStatuses").Select(s => s.ObjectAt("state", "waiting"))
                .FirstOrDefault(w => w.Text("reason") == "CreateContainerConfigError").Text("message"));
        Assert.Equal(said, message);
    }

    private static async Task<ClusterUnderTest> StartAsync()
    {
        const string HowToGet = "run the tests as root, who may be other users";
        Assert.False(!Environment.IsPrivilegedProcess && Tools.MustBePresent, HowToGet);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, HowToGet);
        var cluster = await ClusterUnderTest.StartAsync();
        await cluster.StartKubeletAsync(Programs.All, o => o with { Users = new Dictionary<string, long> { ["test/shell"] = 33 } });
        return cluster;
    }

    private static async Task ApplyAsync(ClusterUnderTest cluster, string pod, string container, string script)
    {
        var claim = YamlDocuments.Parse(
            "{metadata: {name: c}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        await cluster.Client.CreateAsync(Kubernetes.Kinds.Claims, "default", claim[0], TestContext.Current.CancellationToken);
        var made = YamlDocuments.Parse(Programs.Pod(
            "p", "test/shell",
            $"args: [-c, \"{script}\"]\n    securityContext: {container}\n    volumeMounts: [{{name: d, mountPath: /data}}]",
            $"securityContext: {pod}\n  volumes: [{{name: d, persistentVolumeClaim: {{claimName: c}}}}]"));
        await cluster.Client.CreateAsync(Kubernetes.Kinds.Pods, "default", made[0], TestContext.Current.CancellationToken);
    }
}
