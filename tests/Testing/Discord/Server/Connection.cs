using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace ChatOps.Testing.Discord.Server;

/// <summary>
/// One WebSocket, JSON in text frames or zlib-stream in binary ones ("Gateway", Transport Compression). What is sent keeps its order;
/// <see cref="Send"/> and <see cref="Close"/> never wait.
/// </summary>
internal sealed class Connection : IDisposable
{
    private const int Frame = 16 * 1024;
    private readonly WebSocket _socket;
    private readonly Action _abort;
    private readonly TimeProvider _time;
    private readonly Deflater? _deflater;
    private readonly Channel<(string? Text, int Code)> _outbox = Channel.CreateUnbounded<(string?, int)>();

    public Connection(WebSocket socket, DiscordConnection seen, TimeProvider time, Action abort)
    {
        (_socket, Seen, _time, _abort) = (socket, seen, time, abort);
        _deflater = seen.Compressed ? new() : null;
    }

    public DiscordConnection Seen { get; }

    public Session? Session { get; set; }

    /// <summary>When it sent something, for the limit of 120 a minute.</summary>
    public Queue<DateTimeOffset> Events { get; } = new();

    public ITimer? Deadline { get; set; }

    public void Send(string text)
    {
        if (Seen.Open) _outbox.Writer.TryWrite((text, 0));
    }

    /// <summary>After what was sent before.</summary>
    public void Close(int code)
    {
        if (!Seen.Open) return;
        (Seen.Open, Seen.ClosedWith) = (false, code);
        Session?.Detach(this, _time.GetUtcNow());
        _outbox.Writer.TryWrite((null, code));
        _outbox.Writer.TryComplete();
    }

    /// <summary>Without a close frame.</summary>
    public void Cut()
    {
        Seen.Open = false;
        Session?.Detach(this, _time.GetUtcNow());
        _outbox.Writer.TryComplete();
        _abort();
    }

    public async Task WriteAsync(CancellationToken gone)
    {
        await foreach (var (text, code) in _outbox.Reader.ReadAllAsync(gone))
        {
            if (text is null) await _socket.CloseOutputAsync((WebSocketCloseStatus)code, CloseCodes.Reason(code), gone);
            else await WriteAsync(Encoding.UTF8.GetBytes(text), gone);
        }
    }

    /// <summary>The next payload; null when it was larger than allowed, or the bot closed.</summary>
    public async Task<(byte[]? Payload, bool Closed)> ReadAsync(int most, CancellationToken gone)
    {
        var buffer = new byte[most + 1];
        var (length, tooLarge) = (0, false);
        while (true)
        {
            var got = await _socket.ReceiveAsync(buffer.AsMemory(length), gone);
            if (got.MessageType == WebSocketMessageType.Close)
            {
                Seen.BotClosedWith = (int?)_socket.CloseStatus;
                return (null, true);
            }
            tooLarge |= length + got.Count > most;
            length = tooLarge ? 0 : length + got.Count;
            if (got.EndOfMessage) return (tooLarge ? null : buffer[..length], false);
        }
    }

    public void Dispose()
    {
        Seen.Open = false;
        _outbox.Writer.TryComplete();
        Deadline?.Dispose();
        _deflater?.Dispose();
    }

    private async Task WriteAsync(byte[] json, CancellationToken gone)
    {
        var type = _deflater is null ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        ReadOnlyMemory<byte> rest = _deflater?.Deflate(json) ?? json;
        while (rest.Length > Frame)
        {
            await _socket.SendAsync(rest[..Frame], type, endOfMessage: false, gone);
            rest = rest[Frame..];
        }
        await _socket.SendAsync(rest, type, endOfMessage: true, gone);
    }
}
