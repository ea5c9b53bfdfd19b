using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

/// <summary>Native sidecars; embedded only, as the kube-apiserver at hand knows no restartPolicy of a container.</summary>
public sealed class SidecarTests(SharedClusters clusters)
{
    [Fact]
    public async Task A_sidecar_starts_before_the_container_and_is_stopped_after_it()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        var log = await StartAsync(ns, "Always", Talking("main", "$log"));
        var pod = await ns.ReadyPodAsync("p");
        Assert.True(Sidecar(pod).Flag("started"));
        Assert.NotNull(Sidecar(pod).At("state", "running"));
        Assert.Equal("True", pod.ItemsAt("status", "conditions").Single(one => one.Text("type") == "Initialized").Text("status"));
        await SaysAsync(log, "main starts");
        await ns.OkAsync("delete pod p --timeout=150s");
        Assert.Equal(["side starts", "main starts", "main stops", "side stops"], await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task A_pod_has_not_ended_before_its_sidecar_has()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        var log = await StartAsync(ns, "Never", "echo main >> $log");
        var pod = await ns.UntilAsync("pod/p", one => one.Text("status", "phase") == "Succeeded");
        Assert.Equal(0, Sidecar(pod).Number("state", "terminated", "exitCode"));
        Assert.Equal(["side starts", "main", "side stops"], await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task A_sidecar_that_ends_is_restarted_and_the_pod_stays_initialized()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        var log = await StartAsync(ns, "Never", Talking("main", "$log"), side: "echo side starts >> $log; sleep 1");
        var pod = await ns.UntilAsync("pod/p", one => Sidecar(one).Number("restartCount") >= 1 && one.Text("status", "phase") == "Running");
        Assert.Equal("True", pod.ItemsAt("status", "conditions").Single(one => one.Text("type") == "Initialized").Text("status"));
        await SaysAsync(log, "main starts");
        Assert.Single(await File.ReadAllLinesAsync(log), "main starts");
    }

    private static JsonObject Sidecar(JsonObject pod) => pod.ItemsAt("status", "initContainerStatuses").FirstOrDefault() ?? [];

    private static string Talking(string who, string log) =>
        $"trap \"sleep 0.3; echo {who} stops >> {log}; kill \\$!; exit 0\" TERM; echo {who} starts >> {log}; sleep 1000000 & wait";

    /// <summary>A process runs before it says its first word.</summary>
    private static Task SaysAsync(string log, string word) => Eventually.TrueAsync(
        $"the log says {word}", async () => File.Exists(log) && (await File.ReadAllLinesAsync(log)).Contains(word));

    /// <summary>Starts a pod of a sidecar and a container, and tells where both write what they do.</summary>
    private static async Task<string> StartAsync(TestNamespace ns, string policy, string main, string? side = null)
    {
        var log = Path.Combine(Directory.CreateDirectory(ns.Cluster.Kubelet!.ClaimDirectory(ns.Name, "log")).FullName, "log");
        string Container(string script) => $"args: [-c, '{script.Replace("$log", log, StringComparison.Ordinal)}']\n    image: test/shell";
        await ns.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec:
              terminationGracePeriodSeconds: 10
              restartPolicy: {{policy}}
              initContainers:
              - name: side
                restartPolicy: Always
                startupProbe: {exec: {command: [test, -s, {{log}}] }, periodSeconds: 1}
                {{Container(side ?? Talking("side", "$log"))}}
              containers:
              - name: main
                {{Container(main)}}
            """);
        return log;
    }
}
