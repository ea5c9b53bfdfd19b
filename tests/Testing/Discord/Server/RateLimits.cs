namespace ChatOps.Testing.Discord.Server;

/// <summary>
/// Counts requests by route and top-level resource, all together, and the invalid ones ("Rate Limits"). A request made although the
/// bot had been told to wait is a violation. All under the simulator's lock.
/// </summary>
internal sealed class RateLimits(DiscordLimits limits, TimeProvider time, Action<string> violate)
{
    private static readonly TimeSpan Travel = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly Bucket _global = new("global", limits.Global);
    private readonly Queue<DateTimeOffset> _invalid = new();
    private DateTimeOffset _bannedUntil;

    public bool Banned => time.GetUtcNow() < _bannedUntil;

    public int InvalidRequests => _invalid.Count;

    public TimeSpan BannedFor => _bannedUntil - time.GetUtcNow();

    public RateVerdict Take(Route route, ApiRequest request)
    {
        var now = time.GetUtcNow();
        var bucket = Bucket(route, request);
        bucket.Refresh(now);
        _global.Refresh(now);
        // Of a limit on everything other calls learn only when its answer has travelled.
        var knowsGlobal = now < _global.ToldUntil && now >= _global.ToldAt + Travel;
        var told = now < bucket.ToldUntil ? bucket.ToldUntil : !route.IsInteraction && knowsGlobal ? _global.ToldUntil : now;
        if (told > now) violate($"{request.Call.Method} {request.Call.Path} came {(told - now).TotalSeconds:0.000} s too early");
        if (!route.IsInteraction && (now < _global.ToldUntil || (limits.Enforced && _global.Remaining == 0)))
            return new(bucket, "global", _global.ResetAt - now);
        if (now < bucket.ToldUntil && bucket.Remaining == 0) return new(bucket, "user", bucket.ResetAt - now);
        if (!limits.Enforced) return new(null);
        if (bucket.Remaining == 0) return new(bucket, "user", bucket.ResetAt - now);
        bucket.Remaining--;
        if (!route.IsInteraction) _global.Remaining--;
        return new(bucket);
    }

    /// <summary>An injected 429.</summary>
    public RateVerdict Rest(Route route, ApiRequest request, string scope, TimeSpan wait)
    {
        var bucket = scope == "global" ? _global : Bucket(route, request);
        (bucket.Remaining, bucket.ResetAt) = (0, time.GetUtcNow() + wait);
        return new(bucket, scope, wait);
    }

    /// <summary>Until when an answer with this verdict asks the bot to wait.</summary>
    public DateTimeOffset? Wait(RateVerdict verdict) =>
        verdict.RefusedScope == "global" ? _global.ResetAt : verdict.Bucket is { Remaining: 0 } bucket ? bucket.ResetAt : null;

    /// <summary>The answer went out: from here on the bot knows. What it sent before, it could not know.</summary>
    public void Tell(Answer answer)
    {
        if (answer is not { Verdict: { } verdict, WaitUntil: { } until }) return;
        var told = verdict.RefusedScope == "global" ? _global : verdict.Bucket!;
        (told.ToldUntil, told.ToldAt) = (until, time.GetUtcNow());
    }

    public void CountInvalid()
    {
        var now = time.GetUtcNow();
        while (_invalid.TryPeek(out var oldest) && oldest <= now - limits.Invalid.Every) _invalid.Dequeue();
        _invalid.Enqueue(now);
        if (_invalid.Count < limits.Invalid.Requests) return;
        _bannedUntil = now + limits.BanFor;
        _invalid.Clear();
    }

    private Bucket Bucket(Route route, ApiRequest request)
    {
        var key = route.Key(request);
        return _buckets.TryGetValue(key, out var bucket) ? bucket : _buckets[key] = new(route.Bucket, route.Limit(limits));
    }
}
