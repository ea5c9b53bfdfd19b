using System.Text.Json.Nodes;
using ChatOps.Testing.Cluster;

[assembly: AssemblyFixture(typeof(ChatOps.Cluster.Tests.SharedClusters))]

namespace ChatOps.Cluster.Tests;

/// <summary>One cluster of each kind for all tests, started when first asked for; every test works in a namespace of its own.</summary>
public sealed class SharedClusters : IAsyncLifetime
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Dictionary<string, ClusterUnderTest> _clusters = [];
    private int _namespaces;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters.Values)
            await cluster.DisposeAsync();
        _starting.Dispose();
    }

    /// <summary>A fresh namespace of the cluster; skips the test when its parts are missing here (fails on a build server).</summary>
    internal async Task<TestNamespace> NamespaceAsync(string kind)
    {
        Require(ClusterUnderTest.MissingFor(kind));
        Require(Tools.Kubectl is null ? "no kubectl: run `make prerequisites`" : null);
        var cluster = await ClusterAsync(kind);
        cluster.ThrowIfEnded();
        var name = $"t{Interlocked.Increment(ref _namespaces)}";
        var kubectl = cluster.Kubectl();
        var named = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } };
        await cluster.Client.CreateAsync(Kubernetes.Kinds.Namespaces, null, named, TestContext.Current.CancellationToken);
        var ns = new TestNamespace(cluster, kubectl, name);
        await ns.UntilAsync("serviceaccount/default", _ => true);
        return ns;
    }

    private static void Require(string? missing)
    {
        Assert.False(missing is not null && Tools.MustBePresent, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    private async Task<ClusterUnderTest> ClusterAsync(string kind)
    {
        await _starting.WaitAsync();
        try
        {
            if (!_clusters.TryGetValue(kind, out var cluster))
                _clusters[kind] = cluster = await ClusterUnderTest.StartAsync(
                    kind, new() { JobBackoff = TimeSpan.FromMilliseconds(200) }, Programs.All);
            return cluster;
        }
        finally
        {
            _starting.Release();
        }
    }
}
