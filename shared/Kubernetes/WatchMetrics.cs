using System.Diagnostics.Metrics;

namespace ChatOps.Kubernetes;

/// <summary>How often a watch had to be begun again, and why.</summary>
public static class WatchMetrics
{
    public static readonly Meter Meter = new("ChatOps.Kubernetes");

    private static readonly Counter<long> Restarts = Meter.CreateCounter<long>(
        "chatops.watch.restarts", null, "Watches begun again: ended by the server as usual, expired, or lost.");

    internal static void Ended(string resource) => Restart(resource, "ended");

    internal static void Refused(string resource, ApiException refusal) => Restart(resource, refusal.IsGone ? "expired" : "lost");

    private static void Restart(string resource, string reason) => Restarts.Add(1, new("resource", resource), new("reason", reason));
}
