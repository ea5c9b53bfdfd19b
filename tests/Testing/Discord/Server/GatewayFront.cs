using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Takes WebSockets in, says Hello and listens ("Gateway", Connection Lifecycle), with what a test ordered to go wrong.</summary>
internal sealed class GatewayFront(World world)
{
    private const int LargestPayload = 4096;
    private const int MostEvents = 120;
    private static readonly TimeSpan EventsWithin = TimeSpan.FromSeconds(60);
    private readonly Handshake _handshake = new(world);

    public bool Refuses { get; set; }

    public bool Acknowledges { get; set; } = true;

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.TrimEnd('/');
        if (Refuses || !path.StartsWith("/gateway", StringComparison.Ordinal))
        {
            http.Response.StatusCode = Refuses ? 503 : 404;
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var seen = new DiscordConnection(path, http.Request.Query["compress"] == "zlib-stream", world.Time.GetUtcNow());
        using var connection = new Connection(socket, seen, world.Time, http.Abort);
        var writing = WriteAsync(connection, http.RequestAborted);
        lock (world.Gate) Greet(connection, http.Request.Query);
        try
        {
            await ListenAsync(connection, http.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // Cut without a close frame: the session stays.
        }
        lock (world.Gate) Leave(connection);
        await writing;
    }

    private void Greet(Connection connection, IQueryCollection query)
    {
        world.Sessions.Add(connection.Seen);
        connection.Send(Payload(10, new JsonObject { ["heartbeat_interval"] = (long)world.Options.HeartbeatInterval.TotalMilliseconds }));
        connection.Deadline = world.Time.CreateTimer(_ => Late(connection), null, Patience, Timeout.InfiniteTimeSpan);
        if (query["v"].ToString() is not ("" or "10")) connection.Close(CloseCodes.InvalidVersion);
        else if (query["encoding"].ToString() is not ("" or "json")) connection.Close(CloseCodes.DecodeError);
        world.Pulse.Beat();
    }

    private TimeSpan Patience => world.Options.HeartbeatInterval * world.Options.HeartbeatTolerance;

    private void Late(Connection connection)
    {
        lock (world.Gate) connection.Close(CloseCodes.SessionTimedOut);
        world.Pulse.Beat();
    }

    private async Task ListenAsync(Connection connection, CancellationToken gone)
    {
        while (true)
        {
            var (payload, closed) = await connection.ReadAsync(LargestPayload, gone);
            if (closed) return;
            lock (world.Gate)
            {
                if (connection.Seen.Open) Hear(connection, payload);
            }
            world.Pulse.Beat();
        }
    }

    private void Hear(Connection connection, byte[]? payload)
    {
        var now = world.Time.GetUtcNow();
        while (connection.Events.TryPeek(out var oldest) && oldest <= now - EventsWithin) connection.Events.Dequeue();
        connection.Events.Enqueue(now);
        if (connection.Events.Count > MostEvents) connection.Close(CloseCodes.RateLimited);
        else if (Read(payload) is not { } json || json["op"] is not JsonValue op || !op.TryGetValue(out int code))
            connection.Close(CloseCodes.DecodeError);
        else if (code == 1) Beat(connection, json["d"]);
        else _handshake.Hear(connection, code, json["d"]);
    }

    private void Beat(Connection connection, JsonNode? sequence)
    {
        connection.Seen.Heartbeats++;
        connection.Seen.HeartbeatSequence = sequence is JsonValue value && value.TryGetValue(out int number) ? number : null;
        connection.Deadline?.Change(Patience, Timeout.InfiniteTimeSpan);
        if (Acknowledges) connection.Send(Payload(11, null));
    }

    private void Leave(Connection connection)
    {
        connection.Dispose();
        var session = connection.Session;
        session?.Detach(connection, world.Time.GetUtcNow());
        // A bot that closes normally says goodbye for good ("Gateway", Initiating a Disconnect).
        if (session is not null && connection.Seen is { BotClosedWith: 1000 or 1001, ClosedWith: null }) SessionBook.End(session);
        world.Pulse.Beat();
    }

    private static async Task WriteAsync(Connection connection, CancellationToken gone)
    {
        try
        {
            await connection.WriteAsync(gone);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other end is gone; the reader ends too.
        }
    }

    private static JsonObject? Read(byte[]? payload)
    {
        try
        {
            return payload is null ? null : JsonNode.Parse(payload) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Payload(int op, JsonNode? data) => new JsonObject { ["op"] = op, ["d"] = data }.ToJsonString();
}
