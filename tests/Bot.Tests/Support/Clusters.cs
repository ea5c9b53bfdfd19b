using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kubelet;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;

[assembly: AssemblyFixture(typeof(ChatOps.Bot.Tests.Support.Clusters))]

namespace ChatOps.Bot.Tests.Support;

/// <summary>One cluster of each kind for all tests, with pods that are real processes; every test gets a namespace of its own.</summary>
public sealed class Clusters : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ClusterUnderTest> _clusters = [];
    private int _namespaces;

    public static TheoryData<string> Kinds => ["embedded", "real"];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters.Values) await cluster.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>A fresh namespace; the real API server is skipped where it cannot be had, but never on a build server.</summary>
    internal async Task<Place> PlaceAsync(string kind)
    {
        var missing = ClusterUnderTest.MissingFor(kind);
        Assert.False(missing is not null && Tools.MustBePresent, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var cluster = await ClusterAsync(kind);
        cluster.ThrowIfEnded();
        var place = new Place(cluster, $"bot{Interlocked.Increment(ref _namespaces)}");
        var named = new JsonObject { ["metadata"] = new JsonObject { ["name"] = place.Namespace } };
        await place.Client.CreateAsync(ChatOps.Kubernetes.Kinds.Namespaces, null, named, Ended);
        return place;
    }

    /// <summary>An embedded cluster for one test alone, which may do with it what it likes; the caller disposes it.</summary>
    internal static async Task<Place> OwnAsync() => new(await StartAsync("embedded"), "default");

    private async Task<ClusterUnderTest> ClusterAsync(string kind)
    {
        await _gate.WaitAsync();
        try
        {
            return _clusters.TryGetValue(kind, out var running) ? running : _clusters[kind] = await StartAsync(kind);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task<ClusterUnderTest> StartAsync(string kind)
    {
        var cluster = await ClusterUnderTest.StartAsync(kind, programs: new Dictionary<string, ContainerProgram>
        {
            ["app"] = c => c.Image == "app:noisy"
                ? c.Start("/bin/sh", "-c", "printf 'opening the database\\nno such table: messages\\n'; exit 3")
                : c.Start("sleep", "1000000"),
            ["restores"] = c => c.Start("true"),
            ["interrupted"] = c => c.Start(
                "/bin/sh", "-c", $"cd {c.HostPath("/data")}; echo >> begun; [ $(wc -l < begun) -gt 1 ] || kill -9 $$"),
            ["killed"] = c => c.Start("/bin/sh", "-c", "kill -9 $$"),
            ["cannot"] = c => c.Start("/bin/sh", "-c", "echo looking; echo the archive is damaged; exit 1"),
        });
        await Definitions.InstallAsync(cluster.Client);
        return cluster;
    }
}

/// <summary>A namespace with workloads to act on.</summary>
internal sealed record Place(ClusterUnderTest Cluster, string Namespace)
{
    public IKubernetesClient Client => Cluster.Client;

    public Task<string> KubectlAsync(string arguments, string? input = null) =>
        Cluster.Kubectl().OkAsync($"-n {Namespace} {arguments}", input);

    /// <summary>A Deployment and a StatefulSet of the image <c>app:1</c>, both ready.</summary>
    public async Task WorkloadsAsync()
    {
        await Client.CreateAsync(Kinds.Deployments, Namespace, YamlDocuments.Parse(Workload("Deployment", "shop")).Single(), Ended);
        await Client.CreateAsync(Kinds.StatefulSets, Namespace, YamlDocuments.Parse(Workload("StatefulSet", "home")).Single(), Ended);
        var time = TimeProvider.System;
        await Client.WaitForAsync(Kinds.Deployments, Namespace, "shop", d => d is { Status.AvailableReplicas: 1 }, time, Ended)
            .WaitAsync(Patience, Ended);
        await Client.WaitForAsync(Kinds.StatefulSets, Namespace, "home", s => s is { Status.ReadyReplicas: 1 }, time, Ended)
            .WaitAsync(Patience, Ended);
    }

    /// <summary>A bot whose targets are those two.</summary>
    public Task<BotUnderTest> BotAsync(Func<string, string>? with = null, string? name = null, TimeProvider? time = null) =>
        BotUnderTest.StartAsync(TestSettings.Read($$"""
            shop: { workload: deployment/shop, namespace: {{Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            home: { workload: statefulset/home, namespace: {{Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            """, Namespace, with), Client, name, time);

    /// <summary>The same, with a home for the StatefulSet.</summary>
    public Task<BotUnderTest> BotWithHomeAsync(string more = "", TimeProvider? time = null) => BotAsync(text => more + text.Replace(
        "workload: statefulset/home, ", "workload: statefulset/home, home: { path: /data, claim: data, sidecarImage: restores:1 }, ",
        StringComparison.Ordinal), time: time);

    /// <param name="workload">As kubectl names it: <c>deployment/shop</c>.</param>
    public async Task<string> ImageAsync(string workload)
    {
        ResourceKind kind = workload.StartsWith("deployment/", StringComparison.Ordinal) ? Kinds.Deployments : Kinds.StatefulSets;
        var found = await Client.FindRawAsync(kind, Namespace, workload.Split('/')[1], Ended);
        return found!.ItemsAt("spec", "template", "spec", "containers").First().Text("image")!;
    }

    public async Task<JsonArray> PodsAsync(string app) =>
        (JsonArray)JsonNode.Parse(await KubectlAsync($"get pods -l app={app} -o json"))!["items"]!;

    private static TimeSpan Patience => TimeSpan.FromSeconds(150);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private static string Workload(string kind, string name) => $"""
        apiVersion: apps/v1
        kind: {kind}
        metadata:
          name: {name}
        spec:
          replicas: 1
          {(kind == "StatefulSet" ? $"serviceName: {name}" : "revisionHistoryLimit: 5")}
          selector:
            matchLabels:
              app: {name}
          template:
            metadata:
              labels:
                app: {name}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: app
                  image: app:1
        """;
}
