namespace ChatOps.Bot.Settings;

/// <summary>How several bots agree on the one that acts.</summary>
internal sealed record LeaseSettings
{
    /// <summary>The bots that share a namespace for Changes share this Lease in it.</summary>
    public const string Name = "chatops-bot";

    /// <summary>Without it a bot acts at once, and nothing may run a second one.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long after the last sign of the leader another may take its place.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long stops.</summary>
    public TimeSpan RenewWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the leader renews.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);
}
