namespace ChatOps.Testing.Telegram;

/// <summary>How a simulated Telegram behaves; the defaults are the documented ones.</summary>
public sealed record TelegramSimulatorOptions
{
    /// <summary>Moves long polls, limits, the life of callback queries and the pauses of webhooks.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Token { get; init; } = "7000000001:SIMULATED-token_of-a-test-bot-0000000";

    public string BotUsername { get; init; } = "chatops_test_bot";

    /// <summary>Off lets the bot read everything said in its groups (bots/features, "Privacy mode").</summary>
    public bool PrivacyMode { get; init; } = true;

    public TelegramLimits Limits { get; init; } = new();

    /// <summary>How long a callback query can be answered. Telegram gives no number; people see a spinner meanwhile.</summary>
    public TimeSpan CallbackLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A bot may delete a message only while it is younger (Bot API, deleteMessage).</summary>
    public TimeSpan Deletable { get; init; } = TimeSpan.FromHours(48);
}

/// <summary>
/// What the bots FAQ says under "My bot is hitting limits": about a message a second in a chat with short bursts, 20 a minute in a
/// group, 30 a second in all. Edits count as messages.
/// </summary>
public sealed record TelegramLimits
{
    public bool Enforced { get; init; } = true;

    /// <summary>How many messages a rested chat takes at once.</summary>
    public int ChatBurst { get; init; } = 3;

    public TimeSpan ChatEvery { get; init; } = TimeSpan.FromSeconds(1);

    public int GroupPerMinute { get; init; } = 20;

    public int PerSecond { get; init; } = 30;

    /// <summary>Calls made while told to wait, after which the bot is banned.</summary>
    public int ViolationsUntilBan { get; init; } = 10;

    public TimeSpan BanFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>No limits of its own; an injected 429 still has to be obeyed.</summary>
    public static TelegramLimits Off { get; } = new() { Enforced = false };
}
