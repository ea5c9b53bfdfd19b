using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ChatOps.Bot.Chat;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// Lets REST calls through as Discord's headers allow: those of one bucket one after the other, none while it is empty, fewer than 50 a
/// second in all, none at all while there have been so many refusals that Discord would ban the address.
/// </summary>
/// <remarks>Source: Discord API docs, "Rate Limits": header format, global limit, invalid request limit.</remarks>
internal sealed class RestLimits(TimeProvider time)
{
    /// <summary>Discord bans at 10,000 in ten minutes; people's other bots behind the same address count too.</summary>
    private const int MostInvalid = 5_000;

    private const int LanesUntilCleaning = 2000;
    private static readonly TimeSpan InvalidSpan = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly SteadyClock _clock = new(time);
    private readonly Dictionary<string, Lane> _lanes = [];

    /// <summary>Which bucket a kind of call turned out to belong to.</summary>
    private readonly Dictionary<string, string> _buckets = [];

    private readonly RateWindow _all = new(45, TimeSpan.FromSeconds(1));
    private readonly Queue<TimeSpan> _invalid = new();
    private TimeSpan _quietUntil;

    /// <summary>Completes when the call may be made; to be disposed once it is answered.</summary>
    public async Task<IDisposable> EnterAsync(Route route, CancellationToken ct)
    {
        while (true)
        {
            var lane = LaneOf(route);
            await lane.Gate.WaitAsync(ct);
            try
            {
                // An answer meanwhile may have told to which bucket this belongs: then it waits there.
                if (await TurnAsync(route, lane, ct) is { } turn) return new Pass(turn, lane.Gate);
            }
            catch
            {
                lane.Gate.Release();
                throw;
            }
            lane.Gate.Release();
        }
    }

    /// <summary>Null when the lane is no longer the one of this route.</summary>
    private async Task<RateTurn?> TurnAsync(Route route, Lane lane, CancellationToken ct)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                if (Found(route) != lane) return null;
                var now = _clock.Now;
                wait = FreeAt(lane, now) - now;
                if (wait <= TimeSpan.Zero)
                {
                    var turn = new RateTurn(_gate, _clock);
                    _all.Note(turn);
                    return turn;
                }
            }
            await Task.Delay(wait, time, ct);
        }
    }

    /// <summary>Learns from an answer, before its pass is given back.</summary>
    /// <returns>How long the call itself has to wait before it is made again; null when it was not refused for its rate.</returns>
    public TimeSpan? Observe(Route route, HttpStatusCode status, HttpResponseHeaders headers)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            var scope = Text(headers, "X-RateLimit-Scope");
            if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                || (status == HttpStatusCode.TooManyRequests && scope != "shared"))
            {
                _invalid.Enqueue(now);
            }
            if (Text(headers, "X-RateLimit-Bucket") is { } bucket) Join(route, bucket);
            var lane = Found(route);
            if (Number(headers, "X-RateLimit-Remaining") is { } remaining && Number(headers, "X-RateLimit-Reset-After") is { } reset)
                lane.FreeAt = remaining < 1 ? Later(lane.FreeAt, now + TimeSpan.FromSeconds(reset)) : lane.FreeAt;
            if (status != HttpStatusCode.TooManyRequests) return null;
            var wait = TimeSpan.FromSeconds(Number(headers, "Retry-After") ?? 5);
            // Without Discord's own headers it is the edge in front of it that refuses, and everything.
            var everything = scope is null or "global" || Text(headers, "X-RateLimit-Global") is not null;
            if (everything) _quietUntil = Later(_quietUntil, now + wait);
            else lane.FreeAt = Later(lane.FreeAt, now + wait);
            return wait;
        }
    }

    private TimeSpan FreeAt(Lane lane, TimeSpan now)
    {
        while (_invalid.TryPeek(out var oldest) && now - oldest >= InvalidSpan) _invalid.Dequeue();
        var patience = _invalid.Count >= MostInvalid ? _invalid.Peek() + InvalidSpan : now;
        return Later(Later(lane.FreeAt, _quietUntil), Later(_all.FreeAt(now), patience));
    }

    private Lane LaneOf(Route route)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            if (_lanes.Count > LanesUntilCleaning)
            {
                foreach (var idle in _lanes.Where(l => l.Value.Gate.CurrentCount > 0 && l.Value.FreeAt <= now).Select(l => l.Key).ToList())
                    _lanes.Remove(idle);
            }
            return Found(route);
        }
    }

    private Lane Found(Route route)
    {
        var kind = Kind(route);
        var key = $"{_buckets.GetValueOrDefault(kind, kind)} {route.Major}";
        return _lanes.TryGetValue(key, out var lane) ? lane : _lanes[key] = new Lane();
    }

    /// <summary>From now on calls of this kind wait with all others of the bucket.</summary>
    private void Join(Route route, string bucket)
    {
        var kind = Kind(route);
        if (_buckets.GetValueOrDefault(kind) == bucket) return;
        var before = Found(route).FreeAt;
        _buckets[kind] = bucket;
        var lane = Found(route);
        lane.FreeAt = Later(lane.FreeAt, before);
    }

    private static string Kind(Route route) => $"{route.Method} {route.Name}";

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static string? Text(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static double? Number(HttpResponseHeaders headers, string name) =>
        double.TryParse(Text(headers, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The calls of one bucket for one resource.</summary>
    private sealed class Lane
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public TimeSpan FreeAt { get; set; }
    }

    private sealed class Pass(RateTurn turn, SemaphoreSlim gate) : IDisposable
    {
        public void Dispose()
        {
            turn.Dispose();
            gate.Release();
        }
    }
}
