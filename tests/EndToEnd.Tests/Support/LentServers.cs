using System.Collections.Concurrent;
using ChatOps.Testing.Cluster;

[assembly: AssemblyFixture(typeof(ChatOps.EndToEnd.Tests.Support.LentServers))]

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>
/// Real API servers, each for one test after the other: starting one costs more than most tests do on it. What a test made is gone before
/// the next has it.
/// </summary>
public sealed class LentServers : IAsyncDisposable
{
    private static readonly ConcurrentBag<RealApiServer> Free = [];

    /// <summary>One with nothing on it but, perhaps, custom resource definitions.</summary>
    internal static async Task<LentServer> TakeAsync() =>
        new(Free.TryTake(out var server) ? server : await RealApiServer.StartAsync(), Free.Add);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Free) await server.DisposeAsync();
    }
}

/// <summary>A real API server that somebody gives back who has stopped all that worked with it.</summary>
internal sealed class LentServer(RealApiServer server, Action<RealApiServer> back) : IAsyncDisposable
{
    public RealApiServer Api => server;

    public async ValueTask DisposeAsync()
    {
        if (!server.IsWhole)
        {
            await server.DisposeAsync();
            return;
        }
        await server.EmptyAsync();
        back(server);
    }
}
