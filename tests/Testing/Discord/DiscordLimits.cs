namespace ChatOps.Testing.Discord;

/// <summary>
/// How many requests a route takes in how much time. Discord publishes only the global and the invalid-request limit ("Rate Limits");
/// the others are what its answers have carried.
/// </summary>
public sealed record DiscordLimits
{
    public bool Enforced { get; init; } = true;

    public DiscordLimit Messages { get; init; } = new(5, TimeSpan.FromSeconds(5));

    public DiscordLimit Edits { get; init; } = new(5, TimeSpan.FromSeconds(5));

    public DiscordLimit Deletes { get; init; } = new(5, TimeSpan.FromSeconds(1));

    public DiscordLimit Webhooks { get; init; } = new(5, TimeSpan.FromSeconds(2));

    public DiscordLimit Commands { get; init; } = new(5, TimeSpan.FromSeconds(20));

    public DiscordLimit Everything { get; init; } = new(10, TimeSpan.FromSeconds(10));

    public DiscordLimit Global { get; init; } = new(50, TimeSpan.FromSeconds(1));

    /// <summary>401, 403 and 429 (not shared ones) in this time, after which the address is shut out.</summary>
    public DiscordLimit Invalid { get; init; } = new(10_000, TimeSpan.FromMinutes(10));

    public TimeSpan BanFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>No limits of its own; an injected 429 still has to be obeyed.</summary>
    public static DiscordLimits Off { get; } = new() { Enforced = false };
}

public sealed record DiscordLimit(int Requests, TimeSpan Every);
