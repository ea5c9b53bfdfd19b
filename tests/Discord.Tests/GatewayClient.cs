using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Discord.Tests;

/// <summary>A WebSocket at the Gateway with nothing between; it reads zlib-stream when asked to.</summary>
internal sealed class GatewayClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ClientWebSocket _socket = new();
    private readonly MemoryStream _deflated = new();
    private ZLibStream? _inflater;

    public int Frames { get; private set; }

    /// <summary>Where the last READY said to resume, and what.</summary>
    public (string Url, string Session) Resumable { get; private set; }

    public int Sequence { get; private set; }

    public static async Task<GatewayClient> ConnectAsync(string url, bool compressed)
    {
        var client = new GatewayClient();
        if (compressed) client._inflater = new(client._deflated, CompressionMode.Decompress);
        await client._socket.ConnectAsync(new($"{url}?v=10&encoding=json{(compressed ? "&compress=zlib-stream" : "")}"), default);
        Assert.Equal(10, (int)(await client.NextAsync())!["op"]!);
        return client;
    }

    public Task SendAsync(int op, object? data) => SendAsync(new JsonObject { ["op"] = op, ["d"] = JsonValue.Create(data) }.ToJsonString());

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    public Task IdentifyAsync(string token, int intents = 1) =>
        SendAsync(2, new { token, intents, properties = new { os = "linux", browser = "test", device = "test" } });

    public Task ResumeAsync(string token, string session, int sequence) =>
        SendAsync(6, new { token, session_id = session, seq = sequence });

    /// <summary>The next payload; null when the Gateway closed.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var whole = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var got = await _socket.ReceiveAsync(buffer, limit.Token);
            if (got.MessageType == WebSocketMessageType.Close) return null;
            whole.Write(buffer, 0, got.Count);
            Frames++;
            if (!got.EndOfMessage) continue;
            var json = JsonNode.Parse(Inflate(whole.ToArray()))!;
            if (json["s"] is { } sequence) Sequence = (int)sequence;
            return json;
        }
    }

    public async Task<JsonNode> EventAsync(string type) => (await UntilAsync(p => (string?)p["t"] == type))["d"]!;

    public async Task<JsonNode> UntilAsync(Func<JsonNode, bool> condition)
    {
        while (await NextAsync() is { } payload)
        {
            if ((string?)payload["t"] == "READY")
                Resumable = ((string)payload["d"]!["resume_gateway_url"]!, (string)payload["d"]!["session_id"]!);
            if (condition(payload)) return payload;
        }
        throw new InvalidOperationException($"closed with {_socket.CloseStatus}");
    }

    /// <summary>The code the Gateway closes with, whatever comes before.</summary>
    public async Task<int?> CloseCodeAsync()
    {
        while (await NextAsync() is not null)
        {
        }
        return (int?)_socket.CloseStatus;
    }

    public Task CloseAsync(int code) => _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, default);

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _inflater?.Dispose();
        return default;
    }

    private string Inflate(byte[] bytes)
    {
        if (_inflater is null) return Encoding.UTF8.GetString(bytes);
        Assert.Equal([0, 0, 0xFF, 0xFF], bytes[^4..]);
        _deflated.SetLength(0);
        _deflated.Write(bytes);
        _deflated.Position = 0;
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (_inflater.Read(buffer) is > 0 and var count) text.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
