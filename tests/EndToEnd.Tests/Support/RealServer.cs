using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>
/// The real API server with its own controllers, and our custom resources beside it behind one address: see <see cref="ClusterFront"/>.
/// </summary>
internal sealed class RealServer : IAsyncDisposable
{
    private readonly RealApiServer _server;
    private readonly ClusterFront _front;

    private RealServer(RealApiServer server, ClusterFront front) => (_server, _front) = (server, front);

    public string Kubeconfig => _front.Kubeconfig;

    public Task RestartEtcdAsync() => _server.RestartEtcdAsync();

    public static async Task<RealServer> StartAsync()
    {
        Requirements.Need(ClusterUnderTest.MissingFor("real"));
        var server = await RealApiServer.StartAsync(Tools.EnvTest!);
        return new RealServer(server, await ClusterFront.StartAsync(server));
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _server.DisposeAsync();
    }
}
