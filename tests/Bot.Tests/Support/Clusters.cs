using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kubelet;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

[assembly: AssemblyFixture(typeof(ChatOps.Bot.Tests.Support.Clusters))]

namespace ChatOps.Bot.Tests.Support;

/// <summary>One cluster of each kind for all tests, with pods that are real processes; every test gets a namespace of its own.</summary>
public sealed class Clusters : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (ClusterUnderTest Cluster, IKubernetesClient Client)> _clusters = [];
    private readonly List<IAsyncDisposable> _fronts = [];
    private int _namespaces;

    public static TheoryData<string> Kinds => ["embedded", "real"];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var (cluster, _) in _clusters.Values) await cluster.DisposeAsync();
        foreach (var front in _fronts) await front.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>A fresh namespace; the real API server is skipped where it cannot be had, but never on a build server.</summary>
    internal async Task<Place> PlaceAsync(string kind)
    {
        var missing = ClusterUnderTest.MissingFor(kind);
        Assert.False(missing is not null && Tools.MustBePresent, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var (cluster, client) = await ClusterAsync(kind);
        var place = new Place(cluster, client, $"bot{Interlocked.Increment(ref _namespaces)}");
        await cluster.Kubectl().OkAsync("create -f -", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {place.Namespace}}}}}");
        return place;
    }

    /// <summary>An embedded cluster for one test alone, which may do with it what it likes; the caller disposes it.</summary>
    internal static async Task<Place> OwnAsync()
    {
        var (cluster, client) = await StartAsync("embedded", []);
        return new Place(cluster, client, "default");
    }

    private async Task<(ClusterUnderTest Cluster, IKubernetesClient Client)> ClusterAsync(string kind)
    {
        await _gate.WaitAsync();
        try
        {
            return _clusters.TryGetValue(kind, out var running) ? running : _clusters[kind] = await StartAsync(kind, _fronts);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task<(ClusterUnderTest Cluster, IKubernetesClient Client)> StartAsync(string kind, List<IAsyncDisposable> fronts)
    {
        var cluster = await ClusterUnderTest.StartAsync(kind, programs: new Dictionary<string, ContainerProgram>
        {
            ["app"] = c => c.Start("sleep", "1000000"),
            ["restores"] = c => c.Start("true"),
            ["interrupted"] = c => c.Start(
                "/bin/sh", "-c", $"cd {c.HostPath("/data")}; echo >> begun; [ $(wc -l < begun) -gt 1 ] || kill -9 $$"),
            ["killed"] = c => c.Start("/bin/sh", "-c", "kill -9 $$"),
            ["cannot"] = c => c.Start("/bin/sh", "-c", "echo looking; echo the archive is damaged; exit 1"),
        });
        var client = cluster.Client;
        if (cluster.Real is not null)
        {
            var front = await ClusterFront.StartAsync(cluster.Real);
            fronts.Add(front);
            var kubeconfig = new Kubeconfig();
            kubeconfig.Add(front.Kubeconfig, "front");
            client = new KubernetesClient(kubeconfig.Connect());
        }
        await DefinitionsAsync(client);
        return (cluster, client);
    }

    private static async Task DefinitionsAsync(IKubernetesClient client)
    {
        var kind = new ResourceKind<DataResource>(
            "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
            ChatOps.Kubernetes.Kinds.ConfigMaps.Json, Namespaced: false);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "charts", "chatops", "crds")))
        {
            var definition = YamlDocuments.Parse(await File.ReadAllTextAsync(file)).Single();
            await client.PatchAsync(
                kind, null, (string)definition["metadata"]!["name"]!, Patch.Apply(definition, force: true), CancellationToken.None);
        }
    }
}

/// <summary>A namespace with workloads to act on.</summary>
internal sealed record Place(ClusterUnderTest Cluster, IKubernetesClient Client, string Namespace)
{
    public Task<string> KubectlAsync(string arguments, string? input = null) =>
        Cluster.Kubectl().OkAsync($"-n {Namespace} {arguments}", input);

    /// <summary>A Deployment and a StatefulSet of the image <c>app:1</c>, both ready.</summary>
    public async Task WorkloadsAsync()
    {
        await KubectlAsync("create -f -", Workload("Deployment", "shop") + "\n---\n" + Workload("StatefulSet", "home"));
        await KubectlAsync("rollout status deployment/shop --timeout=150s");
        await KubectlAsync("rollout status statefulset/home --timeout=150s");
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

    public async Task<string> ImageAsync(string workload) =>
        (await KubectlAsync($"get {workload} -o jsonpath={{.spec.template.spec.containers[0].image}}")).Trim();

    public async Task<JsonArray> PodsAsync(string app) =>
        (JsonArray)JsonNode.Parse(await KubectlAsync($"get pods -l app={app} -o json"))!["items"]!;

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
