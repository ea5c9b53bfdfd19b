using System.Net;
using System.Net.Sockets;
using ChatOps.Values;

namespace ChatOps.Sidecar.Health;

/// <summary>
/// Answers one GET on each connection until it is cancelled. A client has <see cref="Patience"/> for all of it, so a slow one is cut off,
/// and keeps one of <see cref="MostAtOnce"/> places meanwhile, so others are served beside it. Nothing a client sends ends the listener.
/// </summary>
internal sealed class HealthListener : IDisposable
{
    public const int MostAtOnce = 8;
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener;
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly Func<string, HttpAnswer> _answer;
    private readonly TimeProvider _time;

    /// <summary>Listens from here on; throws a <see cref="FaultException"/> when the address cannot be had.</summary>
    public HealthListener(IPEndPoint address, Func<string, HttpAnswer> answer, TimeProvider time)
    {
        (_listener, _answer, _time) = (new(address), answer, time);
        try
        {
            _listener.Start();
        }
        catch (SocketException failure)
        {
            throw new FaultException(
                new("CannotListen", $"listen at {address}: {failure.Message}",
                    "Give another --listen, or end the program that listens there"), failure);
        }
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(cancellation);
                if (await AcceptAsync(cancellation) is { } socket) _ = ServeAsync(socket, cancellation);
                else _places.Release();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Who is being answered is still answered, or cut off in time.
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Null when the client left before it was its turn, or no socket is to be had at the moment.</summary>
    private async Task<Socket?> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            return await _listener.AcceptSocketAsync(cancellation);
        }
        catch (SocketException failure)
        {
            if (failure.SocketErrorCode is SocketError.TooManyOpenSockets) await Task.Delay(AfterTrouble, _time, cancellation);
            return null;
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        using var connection = socket;
        using var limit = new CancellationTokenSource(Patience, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var head = await ReadAsync(connection, both.Token);
            await SendAsync(connection, AnswerTo(head).ToBytes(), both.Token);
            // Closed with bytes unread, the answer could be lost on its way (RFC 9112, section 9.6).
            connection.Shutdown(SocketShutdown.Send);
            await DrainAsync(connection, both.Token);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // The client left or was too slow; there is nobody to tell.
        }
        finally
        {
            _places.Release();
        }
    }

    private HttpAnswer AnswerTo(byte[] head)
    {
        var (path, refusal) = HttpRequestHead.Parse(head);
        return refusal ?? _answer(path!);
    }

    private static async Task<byte[]> ReadAsync(Socket connection, CancellationToken limit)
    {
        var buffer = new byte[HttpRequestHead.Longest];
        var length = 0;
        while (length < buffer.Length && !HttpRequestHead.IsComplete(buffer.AsSpan(0, length)))
        {
            var read = await connection.ReceiveAsync(buffer.AsMemory(length), limit);
            if (read == 0) break;
            length += read;
        }
        return HttpRequestHead.IsComplete(buffer.AsSpan(0, length)) ? buffer[..length] : [];
    }

    private static async Task SendAsync(Socket connection, ReadOnlyMemory<byte> bytes, CancellationToken limit)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await connection.SendAsync(bytes, limit)..];
    }

    private static async Task DrainAsync(Socket connection, CancellationToken limit)
    {
        var rest = new byte[HttpRequestHead.Longest];
        for (var total = 0; total < 16 * rest.Length;)
        {
            var read = await connection.ReceiveAsync(rest, limit);
            if (read == 0) return;
            total += read;
        }
    }
}
