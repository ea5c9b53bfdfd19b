using System.Diagnostics.Metrics;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Health;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Metrics;

namespace ChatOps.Bot.Operations;

/// <summary>Every meter of the bot, collected: what is not in this list is served to nobody.</summary>
internal sealed class BotMetrics : IDisposable
{
    private readonly ProcessMetrics _process = new(typeof(BotMetrics).Assembly);
    private readonly MetricsCollector _collector;

    public BotMetrics(ApprovalGauges approvals, SnapshotGauges snapshots, HealthGauges health, BotSettings settings)
    {
        List<Meter> all =
        [
            CommandMetrics.Meter, ChangeMetrics.Meter, SnapshotMetrics.Meter, ScheduleMetrics.Meter, PlatformMetrics.Meter,
            WatchMetrics.Meter,
            approvals.Meter, snapshots.Meter, health.Meter, _process.Meter,
        ];
        _collector = new(all);
        foreach (var target in settings.Targets.Values.Where(t => t.Home is not null))
        {
            SnapshotMetrics.Declare(target.Name);
            ScheduleMetrics.Declare(target.Name);
        }
    }

    public MetricsSnapshot Collect() => _collector.Collect();

    public void Dispose()
    {
        _collector.Dispose();
        _process.Dispose();
    }
}
