namespace ChatOps.Testing.Discord;

/// <summary>How a simulated Discord behaves; the defaults are the documented ones.</summary>
public sealed record DiscordSimulatorOptions
{
    /// <summary>Moves limits, heartbeats, the three seconds of an interaction and the fifteen minutes of its token.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Token { get; init; } = "MTAwMDAwMDAwMDAwMDAwMDAwMQ.SIMUL8.token-of_a-test-bot-000000000000000000";

    public string BotUsername { get; init; } = "chatops-test-bot";

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(41250);

    /// <summary>How much later than the interval a heartbeat may come. Documented as "tolerance", without a number.</summary>
    public double HeartbeatTolerance { get; init; } = 1.5;

    /// <summary>GUILD_MEMBERS, GUILD_PRESENCES and MESSAGE_CONTENT that the portal grants ("Gateway", Privileged Intents).</summary>
    public int PrivilegedIntents { get; init; }

    /// <summary>What is left of the session starts of today ("Gateway", Session Start Limit).</summary>
    public int SessionStarts { get; init; } = 1000;

    /// <summary>max_concurrency is 1: one Identify in this time.</summary>
    public TimeSpan IdentifyEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a session without a connection can be resumed. The documentation says "a few minutes".</summary>
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A first answer comes within three seconds ("Receiving and Responding", Interaction Callback).</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an interaction's token lives after that.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a nonce is remembered. The documentation says "the past few minutes" ("Message", Create Message).</summary>
    public TimeSpan NonceMemory { get; init; } = TimeSpan.FromMinutes(5);

    public DiscordLimits Limits { get; init; } = new();
}
