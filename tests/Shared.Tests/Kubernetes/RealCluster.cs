using ChatOps.Testing.Cluster;

[assembly: AssemblyFixture(typeof(ChatOps.Shared.Tests.Kubernetes.RealCluster))]

namespace ChatOps.Shared.Tests.Kubernetes;

/// <summary>One real API server for all tests, started when first asked for; each keeps to objects of its own.</summary>
public sealed class RealCluster : IAsyncLifetime
{
    private readonly Lazy<Task<ClusterUnderTest>> _cluster = new(() => ClusterUnderTest.StartAsync("real"));

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated) await (await _cluster.Value).DisposeAsync();
    }

    /// <summary>Skips the test where there is none, but never on a build server.</summary>
    internal async Task<ClusterUnderTest> GetAsync()
    {
        var missing = ClusterUnderTest.MissingFor("real");
        Assert.False(missing is not null && Tools.MustBePresent, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        return await _cluster.Value;
    }
}
