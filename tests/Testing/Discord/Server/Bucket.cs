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

    public DateTimeOffset ToldAt { get; set; }

    public void Refresh(DateTimeOffset now)
    {
        if (now < ResetAt) return;
        Remaining = Limit.Requests;
        ResetAt = now + Limit.Every;
    }

    public string Seconds(DateTimeOffset now) =>
        Math.Max(0, (ResetAt - now).TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture);
}
