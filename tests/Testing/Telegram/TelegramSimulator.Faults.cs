namespace ChatOps.Testing.Telegram;

/// <summary>What goes wrong between the bot and Telegram.</summary>
public sealed partial class TelegramSimulator
{
    /// <summary>The next calls that answer to the condition go wrong; without one, all but getUpdates.</summary>
    public void FailNext(TelegramFault fault, int times = 1, Func<TelegramCall, bool>? when = null) =>
        _faults.Add(fault, times, when ?? (call => !call.Method.Equals("getUpdates", StringComparison.OrdinalIgnoreCase)));

    public void FailNext(TelegramFault fault, string method, int times = 1) =>
        _faults.Add(fault, times, call => call.Method.Equals(method, StringComparison.OrdinalIgnoreCase));

    public void ClearFaults() => _faults.Clear();

    /// <summary>Waits until the bot polls and cuts that connection; nothing is confirmed or lost.</summary>
    public async Task CutPollAsync()
    {
        await WhenAsync(() => Polled);
        lock (_world.Gate) _world.Updates.Cut();
    }

    /// <summary>Cuts every connection and refuses new ones. People go on; updates wait.</summary>
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
        Url = new(_server.Url, "/");
    }
}
