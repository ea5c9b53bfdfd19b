using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tests;

/// <summary>Probes against a real server, made ill and well again by two files.</summary>
public sealed class ProbeTests(SharedClusters clusters)
{
    private const string Http = "httpGet: {path: /, port: web}";
    private const string Tcp = "tcpSocket: {port: web}";

    [Theory, InlineData("embedded", Http, "healthy"), InlineData("real", Http, "healthy")]
    [InlineData("embedded", Tcp, "listen"), InlineData("real", Tcp, "listen")]
    public async Task A_pod_is_ready_while_its_readiness_probe_succeeds_and_is_never_restarted_for_it(
        string kind, string action, string cause)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var directory = await StartAsync(ns, $"readinessProbe: {{{action}, periodSeconds: 1, failureThreshold: 1}}");
        File.Delete(Path.Combine(directory, cause));
        await ns.UntilAsync("pod/p", pod => pod.Text("status", "phase") == "Running" && !Status(pod).Flag("ready"));
        await File.WriteAllTextAsync(Path.Combine(directory, cause), "");
        await ns.ReadyPodAsync("p");
        File.Delete(Path.Combine(directory, cause));
        var unready = await ns.UntilAsync("pod/p", pod => !Status(pod).Flag("ready"));
        Assert.Equal(0, Status(unready).Number("restartCount"));
        Assert.NotNull(Status(unready).At("state", "running"));
    }

    [Theory, InlineData("embedded", Http, "healthy"), InlineData("real", Http, "healthy")]
    [InlineData("embedded", Tcp, "listen"), InlineData("real", Tcp, "listen")]
    public async Task A_container_is_restarted_when_its_liveness_probe_fails_and_left_alone_once_it_succeeds(
        string kind, string action, string cause)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var directory = await StartAsync(ns, $"livenessProbe: {{{action}, initialDelaySeconds: 2, periodSeconds: 1, failureThreshold: 2}}");
        Assert.Equal(0, Status(await ns.ReadyPodAsync("p")).Number("restartCount"));
        File.Delete(Path.Combine(directory, cause));
        await ns.UntilAsync("pod/p", pod =>
            Status(pod).Number("restartCount") == 1 && Status(pod).At("lastState", "terminated") is not null);
        await File.WriteAllTextAsync(Path.Combine(directory, cause), "");
        var again = await ns.ReadyPodAsync("p");
        Assert.Equal(1, Status(again).Number("restartCount"));
        Assert.Contains("Liveness probe failed", await ns.OkAsync("get events -o yaml"), StringComparison.Ordinal);
    }

    private static async Task<string> StartAsync(TestNamespace ns, string probe)
    {
        var directory = Directory.CreateDirectory(ns.Cluster.Kubelet!.ClaimDirectory(ns.Name, "server")).FullName;
        foreach (var file in (string[])["listen", "healthy"])
            await File.WriteAllTextAsync(Path.Combine(directory, file), "");
        var port = HostPorts.Take();
        await ns.ApplyAsync(Programs.Pod(
            "p", "test/server", $"args: ['{port}', '{directory}']\n    ports: [{{name: web, containerPort: {port}}}]\n    {probe}"));
        return directory;
    }

    private static JsonObject Status(JsonObject pod) => pod.ItemsAt("status", "containerStatuses").FirstOrDefault() ?? [];
}
