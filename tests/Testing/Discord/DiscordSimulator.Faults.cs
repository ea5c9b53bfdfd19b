using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>What goes wrong between the bot and Discord over HTTP.</summary>
public sealed partial class DiscordSimulator
{
    /// <summary>The next requests that answer to the condition go wrong; without one, all.</summary>
    public void FailNext(DiscordFault fault, int times = 1, Func<DiscordCall, bool>? when = null) =>
        _faults.Add(fault, times, when ?? (_ => true));

    /// <param name="route">A method and a route as in <see cref="DiscordCall.Route"/>: "POST channels/{channel}/messages".</param>
    public void FailNext(DiscordFault fault, string route, int times = 1)
    {
        if (RouteCatalog.All.All(r => $"{r.Method} {r.Path}" != route)) throw new ArgumentException($"there is no {route}", nameof(route));
        _faults.Add(fault, times, call => $"{call.Method} {call.Route}" == route);
    }

    public void ClearFaults() => _faults.Clear();

    /// <summary>Cuts every connection and refuses new ones. People go on; events wait for who resumes.</summary>
    public async Task StopListeningAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is not { } server) return;
        _front.Cut();
        await server.DisposeAsync();
    }

    /// <summary>Comes back on the same port.</summary>
    public Task ListenAgainAsync() => ListenAsync(Url.Port);

    private async Task ListenAsync(int port = 0)
    {
        _server = await LocalServer.StartAsync(_front.HandleAsync, port);
        _world.Url = new(_server.Url, "/");
    }
}
