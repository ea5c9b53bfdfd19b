using System.Diagnostics.Metrics;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Settings;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// What waits for people, target by target, as the board shows it at the moment somebody asks. A bot that stands by has no board.
/// </summary>
internal sealed class ApprovalGauges : IDisposable
{
    public ApprovalGauges(ChangeBoard board, BotSettings settings, Leader leader, TimeProvider time)
    {
        IEnumerable<Change> Waiting(string target) => board.Of(target).Where(c => c.Status.Phase == ChangePhase.AwaitingApproval);
        IEnumerable<Measurement<T>> Each<T>(Func<string, T> measure)
            where T : struct =>
                [.. settings.Targets.Keys.Where(_ => leader.IsSelf)
                    .Select(t => new Measurement<T>(measure(t), new KeyValuePair<string, object?>("target", t)))];
        double Oldest(string target) => Waiting(target).Min(c => c.Metadata.CreationTimestamp) is { } asked
            ? Math.Max(0, (time.GetUtcNow() - asked).TotalSeconds)
            : 0;
        Meter.CreateObservableGauge(
            "chatops.approvals.waiting", () => Each(t => Waiting(t).Count()), null, "Changes that wait for an approval.");
        Meter.CreateObservableGauge(
            "chatops.approvals.oldest.waiting", () => Each(Oldest), "s",
            "How long the oldest change waits for an approval; 0 when none does.");
    }

    public Meter Meter { get; } = new("ChatOps.Bot.Changes.Board");

    public void Dispose() => Meter.Dispose();
}
