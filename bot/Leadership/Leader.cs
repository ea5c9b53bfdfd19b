using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Leadership;

/// <summary>Who leads, as far as this bot knows: what probes, page and metrics go by.</summary>
internal sealed class Leader(BotSettings settings)
{
    /// <summary>The name of this bot's pod, which stays when its container is started anew; elsewhere a name nobody else has.</summary>
    public static string Self { get; } = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod
        ? pod
        : $"{Environment.MachineName}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Whether this bot acts.</summary>
    public bool IsSelf { get; private set; } = !settings.Lease.Enabled;

    /// <summary>The bot that leads while this one stands by; null before that is known.</summary>
    public string? Other { get; private set; }

    public void Win() => (IsSelf, Other) = (true, null);

    public void StandBy(string other) => (IsSelf, Other) = (false, other);

    public void Lose() => (IsSelf, Other) = (false, null);
}
