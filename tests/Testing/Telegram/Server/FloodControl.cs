namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// Counts messages against the limits of the bots FAQ. A bot told to wait and calling nevertheless waits longer each time, and is
/// banned in the end. All under the simulator's lock.
/// </summary>
internal sealed class FloodControl(TelegramLimits limits, TimeProvider time)
{
    private const long Everyone = 0;
    private readonly Dictionary<long, (DateTimeOffset Until, int Seconds)> _resting = [];
    private readonly Dictionary<long, (double Tokens, DateTimeOffset At)> _buckets = [];
    private readonly Dictionary<long, Queue<DateTimeOffset>> _groups = [];
    private readonly Queue<DateTimeOffset> _all = new();
    private DateTimeOffset? _bannedUntil;

    public int Violations { get; private set; }

    public bool Banned => _bannedUntil is { } until && time.GetUtcNow() < until;

    /// <summary>Any call at all.</summary>
    public void ThrowIfBanned()
    {
        if (Banned) throw ApiRefusal.TooMany(Left(_bannedUntil!.Value));
    }

    /// <summary>A call that shows something in a chat.</summary>
    public void Count(TelegramChat chat)
    {
        ThrowIfResting(chat.Id);
        ThrowIfResting(Everyone);
        if (!limits.Enforced) return;
        if (Refusal(chat) is { } refusal) throw ApiRefusal.TooMany(Rest(refusal.Whom, refusal.Wait));
        Spend(chat);
    }

    /// <summary>Rests the chat, or everyone; the seconds that were asked for.</summary>
    public int Rest(long? chat, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        _resting[chat ?? Everyone] = (time.GetUtcNow().AddSeconds(seconds), seconds);
        return seconds;
    }

    private void ThrowIfResting(long whom)
    {
        if (!_resting.TryGetValue(whom, out var rest) || rest.Until <= time.GetUtcNow()) return;
        _resting[whom] = rest with { Until = rest.Until.AddSeconds(rest.Seconds) };
        if (++Violations >= limits.ViolationsUntilBan) _bannedUntil = time.GetUtcNow() + limits.BanFor;
        ThrowIfBanned();
        throw ApiRefusal.TooMany(Left(_resting[whom].Until));
    }

    private (long Whom, TimeSpan Wait)? Refusal(TelegramChat chat)
    {
        var now = time.GetUtcNow();
        var bucket = Bucket(chat.Id, now);
        // A whole token may have lost a digit to rounding; who waited as told must not be refused for it.
        if (bucket < 1 - 1e-6) return (chat.Id, limits.ChatEvery * (1 - bucket));
        if (_groups.TryGetValue(chat.Id, out var minute) && Within(minute, TimeSpan.FromMinutes(1)) >= limits.GroupPerMinute)
            return (chat.Id, minute.Peek() + TimeSpan.FromMinutes(1) - now);
        if (Within(_all, TimeSpan.FromSeconds(1)) >= limits.PerSecond) return (Everyone, _all.Peek() + TimeSpan.FromSeconds(1) - now);
        return null;
    }

    private void Spend(TelegramChat chat)
    {
        var now = time.GetUtcNow();
        _buckets[chat.Id] = (Bucket(chat.Id, now) - 1, now);
        _all.Enqueue(now);
        if (chat.IsPrivate) return;
        if (!_groups.TryGetValue(chat.Id, out var minute)) _groups[chat.Id] = minute = new();
        minute.Enqueue(now);
    }

    private double Bucket(long chat, DateTimeOffset now) => _buckets.TryGetValue(chat, out var bucket)
        ? Math.Min(limits.ChatBurst, bucket.Tokens + (now - bucket.At) / limits.ChatEvery)
        : limits.ChatBurst;

    private int Within(Queue<DateTimeOffset> times, TimeSpan window)
    {
        while (times.TryPeek(out var oldest) && oldest <= time.GetUtcNow() - window) times.Dequeue();
        return times.Count;
    }

    private int Left(DateTimeOffset until) => Math.Max(1, (int)Math.Ceiling((until - time.GetUtcNow()).TotalSeconds));
}
