using System.Text.Json.Nodes;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// Stays connected to Discord's Gateway and hands on what happens there: a session is resumed wherever it can be, begun anew where not, and
/// no more often than Discord allows. Says once what is wrong, and again once it is mended.
/// </summary>
/// <remarks>Source: Discord API docs, "Gateway": connection lifecycle, resuming, disconnections, rate limiting.</remarks>
internal sealed class Gateway(DiscordApi api, Secret token, TimeProvider time, ILogger<Gateway> log)
{
    private const int Dispatch = 0, Heartbeat = 1, Identify = 2, Presence = 3, Resume = 6, Reconnect = 7,
        InvalidSession = 9, Hello = 10, Acknowledged = 11;
    private static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenIdentifies = TimeSpan.FromSeconds(5.5);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WaitForAPerson = TimeSpan.FromMinutes(10);
    private readonly Random _chance = new();
    private readonly TaskCompletionSource _connectedOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Session? _session;
    private readonly SteadyClock _clock = new(time);
    private TimeSpan? _identifiedAt;
    private JsonObject _presence = Shown("online", null);
    private GatewaySocket? _socket;
    private string _complaint = "";
    private int _failures;

    /// <summary>Whether people can reach the bot at this moment.</summary>
    public bool Connected { get; private set; }

    /// <summary>Completes when people can reach the bot for the first time.</summary>
    public Task ConnectedOnce => _connectedOnce.Task;

    /// <summary>Of the last event received in this session.</summary>
    public long Sequence => _session?.Sequence ?? 0;

    public async Task RunAsync(Action<string, JsonObject> dispatch, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                var next = await ConnectAsync(dispatch, ct);
                if (next != Next.Resume) _session = null;
                if (time.GetElapsedTime(began) > Settled) _failures = 0;
                await Task.Delay(next == Next.Stop ? WaitForAPerson : Pause(), time, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the bot stays reachable elsewhere, and here again as soon as it can.
                var refused = e is DiscordApiException { Status: 401 };
                Complain(refused ? CloseCode.Of(4004).Meaning : $"{api.Server.Authority}: {e.Message}");
                // The address to resume at may itself be what is gone.
                if (_failures > 5) _session = null;
                await Task.Delay(refused ? WaitForAPerson : Pause(), time, ct).Settled();
            }
        }
    }

    /// <summary>What people see beside the bot's name.</summary>
    public async Task ShowAsync(string status, string? text, CancellationToken ct)
    {
        var presence = Shown(status, text);
        if (JsonNode.DeepEquals(presence, _presence)) return;
        _presence = presence;
        if (Connected && _socket is { } socket) await socket.SendAsync(Payload(Presence, presence.DeepClone()), ct);
    }

    private async Task<Next> ConnectAsync(Action<string, JsonObject> dispatch, CancellationToken ct)
    {
        var url = _session?.ResumeAt ?? await AddressAsync(ct);
        using var socket = await OpenAsync(url, ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _socket = socket;
        var pulse = new Pulse();
        var beating = Task.CompletedTask;
        try
        {
            if (await HelloAsync(socket, ct) is { } interval)
            {
                beating = BeatAsync(socket, interval, pulse, over.Token);
                await EnterAsync(socket, ct);
                while (await socket.ReadAsync(ct) is { } payload)
                {
                    if (await HandleAsync(socket, payload, pulse, dispatch, ct) is { } next) return next;
                }
            }
            var (then, meaning) = CloseCode.Of(socket.ClosedWith);
            if (!pulse.Missed || socket.ClosedWith is not null) Complain(meaning);
            return then;
        }
        finally
        {
            (Connected, _socket) = (false, null);
            await socket.CloseAsync(endsSession: ct.IsCancellationRequested);
            await over.CancelAsync();
            await beating;
        }
    }

    private async Task<Uri> AddressAsync(CancellationToken ct)
    {
        var address = await api.GatewayAsync(ct);
        if (address.Remaining < 1)
        {
            Complain($"Discord lets this bot begin no more sessions for {address.ResetAfter.TotalMinutes:0} minutes; "
                + "does something restart it again and again?");
            await Task.Delay(address.ResetAfter, time, ct);
        }
        return address.Url;
    }

    private async Task<GatewaySocket> OpenAsync(Uri url, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(HelloWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        return await GatewaySocket.OpenAsync(url, both.Token);
    }

    private async Task<TimeSpan?> HelloAsync(GatewaySocket socket, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(HelloWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var hello = await socket.ReadAsync(both.Token);
        return (int?)hello?["op"] == Hello ? TimeSpan.FromMilliseconds((double)hello!["d"]!["heartbeat_interval"]!) : null;
    }

    /// <summary>Resumes, or identifies once that is allowed again.</summary>
    private async Task EnterAsync(GatewaySocket socket, CancellationToken ct)
    {
        if (_session is { } session)
        {
            var resume = new JsonObject { ["token"] = token.Reveal(), ["session_id"] = session.Id, ["seq"] = session.Sequence };
            await socket.SendAsync(Payload(Resume, resume), ct);
            return;
        }
        if (_identifiedAt + BetweenIdentifies - _clock.Now is { } early && early > TimeSpan.Zero) await Task.Delay(early, time, ct);
        _identifiedAt = _clock.Now;
        await socket.SendAsync(
            Payload(Identify, new JsonObject
            {
                ["token"] = token.Reveal(),
                // Interactions need none.
                ["intents"] = 0,
                ["properties"] = new JsonObject { ["os"] = "linux", ["browser"] = "chatops", ["device"] = "chatops" },
                ["presence"] = _presence.DeepClone(),
            }),
            ct);
    }

    /// <summary>What to do next, once the connection is to end.</summary>
    private async Task<Next?> HandleAsync(
        GatewaySocket socket, JsonObject payload, Pulse pulse, Action<string, JsonObject> dispatch, CancellationToken ct)
    {
        switch ((int?)payload["op"])
        {
            case Dispatch:
                Take((string?)payload["t"] ?? "", payload, dispatch);
                return null;
            case Heartbeat:
                await socket.SendAsync(Payload(Heartbeat, _session?.Sequence), ct);
                return null;
            case Acknowledged:
                pulse.Unanswered = false;
                return null;
            case Reconnect:
                return Next.Resume;
            case InvalidSession:
                var resumable = payload["d"] is JsonValue d && d.TryGetValue<bool>(out var still) && still;
                // Discord asks for a random pause of one to five seconds.
                await Task.Delay(TimeSpan.FromSeconds(1 + (4 * _chance.NextDouble())), time, ct);
                return resumable ? Next.Resume : Next.Identify;
            default:
                return null;
        }
    }

    private void Take(string type, JsonObject payload, Action<string, JsonObject> dispatch)
    {
        var sequence = (long?)payload["s"] ?? 0;
        if (type == "READY" && payload["d"] is { } ready)
            _session = new Session((string)ready["session_id"]!, new Uri((string)ready["resume_gateway_url"]!));
        if (_session is not null) _session.Sequence = Math.Max(_session.Sequence, sequence);
        if (type is "READY" or "RESUMED")
        {
            Connected = true;
            _connectedOnce.TrySetResult();
            if (_complaint.Length > 0) log.LogInformation("discord: well again");
            _complaint = "";
        }
        if (payload["d"] is JsonObject content) dispatch(type, content);
    }

    /// <summary>
    /// The first beat comes at a random moment of the first interval; one that is not answered until the next ends the connection.
    /// </summary>
    private async Task BeatAsync(GatewaySocket socket, TimeSpan interval, Pulse pulse, CancellationToken ct)
    {
        try
        {
            await Task.Delay(interval * _chance.NextDouble(), time, ct);
            while (true)
            {
                if (pulse.Unanswered)
                {
                    pulse.Missed = true;
                    Complain("Discord no longer answers on this connection");
                    socket.Abort();
                    return;
                }
                pulse.Unanswered = true;
                await socket.SendAsync(Payload(Heartbeat, _session?.Sequence), ct);
                await Task.Delay(interval, time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    /// <summary>Nearly none after a connection that had lasted; then longer and longer, and never the same for two bots.</summary>
    private TimeSpan Pause()
    {
        var most = Math.Min(LongestWait.TotalSeconds, 0.2 * Math.Pow(2, _failures++));
        return TimeSpan.FromSeconds(most * (0.5 + (0.5 * _chance.NextDouble())));
    }

    private void Complain(string complaint)
    {
        if (complaint == _complaint) return;
        _complaint = complaint;
        log.LogWarning("discord: {Complaint}", complaint);
    }

    private static JsonObject Payload(int op, JsonNode? content) => new() { ["op"] = op, ["d"] = content };

    /// <summary>Gateway, "Update Presence": activity type 4 is a custom status.</summary>
    private static JsonObject Shown(string status, string? text) => new()
    {
        ["since"] = null,
        ["activities"] = text is null ? [] : new JsonArray(new JsonObject { ["name"] = "Custom Status", ["type"] = 4, ["state"] = text }),
        ["status"] = status,
        ["afk"] = false,
    };

    private sealed class Session(string id, Uri resumeAt)
    {
        public string Id => id;

        public Uri ResumeAt => resumeAt;

        public long Sequence { get; set; }
    }

    /// <summary>Whether the last beat was answered.</summary>
    private sealed class Pulse
    {
        public volatile bool Unanswered;

        public volatile bool Missed;
    }
}
