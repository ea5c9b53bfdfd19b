using System.Diagnostics.Metrics;
using ChatOps.Bot.Leadership;

namespace ChatOps.Bot.Health;

/// <summary>What the probes are told, as numbers.</summary>
internal sealed class HealthGauges : IDisposable
{
    public HealthGauges(Readiness readiness, Heartbeats heartbeats, Leader leader)
    {
        Meter.CreateObservableGauge("chatops.ready", () => readiness.Awaited.Count == 0 ? 1 : 0, null, "1 when people can be served.");
        Meter.CreateObservableGauge("chatops.leads", () => leader.IsSelf ? 1 : 0, null, "1 when this bot acts, 0 when it stands by.");
        Meter.CreateObservableGauge(
            "chatops.loops.stuck", () => heartbeats.Stuck.Count, null, "Loops of the bot that give no sign of life.");
    }

    public Meter Meter { get; } = new("ChatOps.Bot.Health");

    public void Dispose() => Meter.Dispose();
}
