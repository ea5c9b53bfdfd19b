using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Testing.Discord.Server;

/// <summary>What a request was told about its limit ("Rate Limits", Header Format).</summary>
internal sealed record RateVerdict(Bucket? Bucket, string? RefusedScope = null, TimeSpan RetryAfter = default)
{
    public bool Refused => RefusedScope is not null;
}

/// <summary>How much of one limit is left.</summary>
internal sealed class Bucket(string name, DiscordLimit limit)
{
    /// <summary>Without the top-level resource, as X-RateLimit-Bucket has it.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32];

    public DiscordLimit Limit { get; } = limit;

    public int Remaining { get; set; } = limit.Requests;

    public DateTimeOffset ResetAt { get; set; }

    /// <summary>The bot knows that it has to wait until then.</summary>
    public DateTimeOffset ToldUntil { get; set; }

    public void Refresh(DateTimeOffset now)
    {
        if (now < ResetAt) return;
        Remaining = Limit.Requests;
        ResetAt = now + Limit.Every;
    }

    public string Seconds(DateTimeOffset now) =>
        Math.Max(0, (ResetAt - now).TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>
/// Counts requests by route and top-level resource, all together, and the invalid ones ("Rate Limits"). A request made although the
/// bot had been told to wait is a violation. All under the simulator's lock.
/// </summary>
internal sealed class RateLimits(DiscordLimits limits, TimeProvider time, Action<string> violate)
{
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
        var told = now < bucket.ToldUntil ? bucket.ToldUntil : !route.IsInteraction && now < _global.ToldUntil ? _global.ToldUntil : now;
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

    /// <summary>From here on the bot knows.</summary>
    public void Tell(RateVerdict verdict)
    {
        if (verdict.RefusedScope == "global") _global.ToldUntil = _global.ResetAt;
        else if (verdict.Bucket is { Remaining: 0 } bucket) bucket.ToldUntil = bucket.ResetAt;
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
