using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>One WebSocket to the Gateway: whole payloads in, whole payloads out, and how it ended.</summary>
/// <remarks>Source: Discord API docs, "Gateway", "Encoding and Compression": JSON, uncompressed.</remarks>
internal sealed class GatewaySocket : IDisposable
{
    /// <summary>Far above anything a bot without intents receives.</summary>
    private const int LargestPayload = 16 * 1024 * 1024;

    /// <summary>A session survives a connection that is closed with anything but 1000 and 1001.</summary>
    private const WebSocketCloseStatus KeepTheSession = (WebSocketCloseStatus)4000;

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>With which the other side closed; null when the connection broke.</summary>
    public int? ClosedWith => (int?)_socket.CloseStatus;

    public static async Task<GatewaySocket> OpenAsync(Uri gateway, CancellationToken ct)
    {
        var socket = new GatewaySocket();
        try
        {
            var address = new UriBuilder(gateway) { Query = "v=10&encoding=json" };
            await socket._socket.ConnectAsync(address.Uri, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next payload; null once the connection has ended. A cancellation breaks the connection.</summary>
    public async Task<JsonObject?> ReadAsync(CancellationToken ct)
    {
        var whole = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(), ct);
                if (part.MessageType == WebSocketMessageType.Close) return null;
                whole.Write(_buffer.AsSpan(0, part.Count));
                if (whole.WrittenCount > LargestPayload) return Broken();
                if (part.EndOfMessage) return JsonNode.Parse(whole.WrittenSpan) as JsonObject ?? Broken();
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or System.Text.Json.JsonException or ObjectDisposedException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return Broken();
        }
    }

    /// <summary>Nothing happens on a connection that has ended, or is ended meanwhile: its reader learns of that.</summary>
    public async Task SendAsync(JsonObject payload, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            if (_socket.State == WebSocketState.Open)
                await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(payload.ToJsonString()), WebSocketMessageType.Text, true, ct);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            Abort();
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes in order, so that what is still under way is not replayed for nothing; the session stays.</summary>
    public async Task CloseAsync(bool endsSession)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(endsSession ? WebSocketCloseStatus.NormalClosure : KeepTheSession, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is over either way.
        }
    }

    public void Abort() => _socket.Abort();

    /// <summary>The semaphore holds nothing of the system's, and whoever is sending at this moment will yet let it go.</summary>
    public void Dispose() => _socket.Dispose();

    private JsonObject? Broken()
    {
        Abort();
        return null;
    }
}
