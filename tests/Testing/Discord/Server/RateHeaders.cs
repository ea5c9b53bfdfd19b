using System.Collections.Immutable;
using System.Globalization;

namespace ChatOps.Testing.Discord.Server;

/// <summary>X-RateLimit-* and Retry-After ("Rate Limits", Header Format and Exceeding A Rate Limit).</summary>
internal static class RateHeaders
{
    public static ImmutableArray<(string Name, string Value)> Of(RateVerdict verdict, DateTimeOffset now)
    {
        var headers = new List<(string Name, string Value)>();
        if (verdict is { Bucket: { } bucket, RefusedScope: not "global" })
        {
            var reset = (now.ToUnixTimeMilliseconds() + (bucket.ResetAt - now).TotalMilliseconds) / 1000;
            headers.Add(("X-RateLimit-Limit", $"{bucket.Limit.Requests}"));
            headers.Add(("X-RateLimit-Remaining", $"{bucket.Remaining}"));
            headers.Add(("X-RateLimit-Reset", reset.ToString("0.000", CultureInfo.InvariantCulture)));
            headers.Add(("X-RateLimit-Reset-After", bucket.Seconds(now)));
            headers.Add(("X-RateLimit-Bucket", bucket.Hash));
        }
        if (!verdict.Refused) return [.. headers];
        headers.Add(("Retry-After", Math.Ceiling(verdict.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        headers.Add(("X-RateLimit-Scope", verdict.RefusedScope!));
        if (verdict.RefusedScope == "global") headers.Add(("X-RateLimit-Global", "true"));
        return [.. headers];
    }
}
