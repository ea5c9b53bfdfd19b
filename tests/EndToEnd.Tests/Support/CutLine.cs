using System.Net;
using System.Net.Sockets;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>One bot's own way to the API server, which can be cut while others keep theirs.</summary>
internal sealed class CutLine : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private CancellationTokenSource _open = new();

    public CutLine(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Every connection breaks, and new ones break at once.</summary>
    public Task CutAsync() => _open.CancelAsync();

    public void Mend() => _open = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await CutAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token), _open.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(TcpClient client, CancellationToken open)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            open.ThrowIfCancellationRequested();
            await far.ConnectAsync(_server.Host, _server.Port, open);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), open), far.GetStream().CopyToAsync(near.GetStream(), open));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // Cut, or one end went by itself.
        }
    }
}
