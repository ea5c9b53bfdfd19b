using System.Diagnostics.Metrics;

namespace ChatOps.Bot.Chat;

/// <summary>What became of messages to platforms. Never to whom.</summary>
internal static class PlatformMetrics
{
    public static readonly Meter Meter = new("ChatOps.Bot.Chat");

    private static readonly Counter<long> Sends = Meter.CreateCounter<long>(
        "chatops.platform.sends", null, "Messages sent, answered and edited, by whether the platform took them.");

    /// <param name="call">send, answer or edit.</param>
    /// <param name="outcome">taken, later or refused.</param>
    public static void Sent(string platform, string call, string outcome) =>
        Sends.Add(1, new("platform", platform), new("call", call), new("outcome", outcome));
}
