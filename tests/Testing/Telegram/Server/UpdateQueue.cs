using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// Updates the bot has not confirmed, and who waits for them (Bot API, "Getting updates"). All under the simulator's lock, but for the
/// waiting itself.
/// </summary>
internal sealed class UpdateQueue(TimeProvider time, Pulse pulse, Lock gate)
{
    /// <summary>What is sent only when asked for by name.</summary>
    private static readonly HashSet<string> OnRequest = ["chat_member", "message_reaction", "message_reaction_count"];

    private readonly List<TelegramUpdate> _all = [];
    private readonly List<TelegramUpdate> _pending = [];
    private HashSet<string>? _allowed;
    private Poll? _poll;
    private long _next = 500_000_001;

    private enum Ending
    {
        News,
        OtherPoller,
        Webhook,
        Cut,
    }

    public IReadOnlyList<TelegramUpdate> All
    {
        get
        {
            lock (gate) return [.. _all];
        }
    }

    public int PendingCount => _pending.Count;

    public TelegramUpdate? First => _pending.FirstOrDefault();

    /// <summary>A call waits and has nothing yet to bring.</summary>
    public bool Polled => _poll is { Ended.Task.IsCompleted: false, TimeUp.IsCompleted: false };

    public IEnumerable<string>? Allowed => _allowed;

    public void Allow(JsonNode? types)
    {
        if (types is JsonArray array) _allowed = array.Count == 0 ? null : [.. array.Select(t => (string?)t ?? "")];
    }

    public TelegramUpdate? Add(string type, JsonObject content)
    {
        if (_allowed?.Contains(type) == false || _allowed is null && OnRequest.Contains(type)) return null;
        var json = new JsonObject { ["update_id"] = _next, [type] = content }.ToJsonString();
        var update = new TelegramUpdate(_next++, type, json);
        _all.Add(update);
        Push(update, _pending.Count);
        return update;
    }

    /// <summary>
    /// Telegram may deliver an update twice. One that waits still comes again by itself, in its order, until it is confirmed.
    /// </summary>
    public void Again(TelegramUpdate update)
    {
        if (!_pending.Contains(update)) Push(update, 0);
    }

    public void Confirm(TelegramUpdate update)
    {
        update.Confirmed = true;
        _pending.Remove(update);
        pulse.Beat();
    }

    public void DropAll() => _pending.Clear();

    public void EndPollForWebhook() => End(Ending.Webhook);

    public bool Cut() => End(Ending.Cut);

    /// <returns>Null when the connection is to be cut.</returns>
    public async Task<JsonNode?> GetAsync(ApiRequest request, CancellationToken gone)
    {
        var offset = request.Number("offset") ?? 0;
        var limit = (int)(request.Number("limit") is >= 1 and <= 100 and var asked ? asked : 100);
        var timeout = TimeSpan.FromSeconds(Math.Clamp(request.Number("timeout") ?? 0, 0, 50));
        Poll poll;
        lock (gate)
        {
            Allow(request.Json("allowed_updates", "allowed_updates"));
            ConfirmBelow(offset);
            End(Ending.OtherPoller);
            if (_pending.Count > 0 || timeout == TimeSpan.Zero) return Take(limit);
            _poll = poll = new(Task.Delay(timeout, time, gone));
        }
        pulse.Beat();
        await Task.WhenAny(poll.Ended.Task, poll.TimeUp);
        lock (gate)
        {
            var mine = _poll == poll;
            if (mine)
            {
                _poll = null;
                pulse.Beat();
            }
            var ending = poll.Ended.Task.IsCompletedSuccessfully ? poll.HowEnded : Ending.News;
            if (ending == Ending.Cut) return null;
            if (ending == Ending.Webhook) throw ApiRefusal.Conflict("terminated by setWebhook request");
            if (ending == Ending.OtherPoller || !mine)
                throw ApiRefusal.Conflict("terminated by other getUpdates request; make sure that only one bot instance is running");
            return gone.IsCancellationRequested ? null : Take(limit);
        }
    }

    private void ConfirmBelow(long offset)
    {
        var done = offset < 0
            ? _pending.Take((int)Math.Max(0, _pending.Count + offset)).ToList()
            : _pending.Where(u => u.Id < offset && !u.Confirmed).ToList();
        foreach (var update in done) Confirm(update);
    }

    private JsonArray Take(int limit)
    {
        var batch = _pending.Take(limit).ToList();
        foreach (var update in batch)
        {
            update.Deliveries++;
            // A duplicate has been confirmed before: it goes out once more, whatever the offset says.
            if (update.Confirmed) _pending.Remove(update);
        }
        return new([.. batch.Select(u => u.ToNode())]);
    }

    private void Push(TelegramUpdate update, int at)
    {
        _pending.Insert(at, update);
        _poll?.End(Ending.News);
        pulse.Beat();
    }

    private bool End(Ending how)
    {
        var ended = _poll?.End(how) ?? false;
        _poll = null;
        return ended;
    }

    private sealed class Poll(Task timeUp)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task TimeUp { get; } = timeUp;

        public Ending HowEnded { get; private set; }

        public bool End(Ending how)
        {
            // A poll that has news and has not taken it yet can still lose to another poller.
            if (!Ended.Task.IsCompleted || HowEnded == Ending.News) HowEnded = how;
            return Ended.TrySetResult() || HowEnded == how;
        }
    }
}
