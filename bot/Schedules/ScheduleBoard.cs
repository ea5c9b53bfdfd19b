using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Schedules;

/// <summary>All schedules of the targets that have a home, live.</summary>
internal sealed class ScheduleBoard(IKubernetesClient client, BotSettings settings, TimeProvider time)
{
    /// <summary>One per namespace that holds such a target.</summary>
    public IReadOnlyList<Informer<SnapshotSchedule>> Informers { get; } = [.. settings.Targets.Values.Where(t => t.Home is not null)
        .Select(t => t.Namespace).Distinct()
        .Select(ns => new Informer<SnapshotSchedule>(client, ChatOpsKinds.SnapshotSchedules, ns, Selection.All, time, s => s.Spec.Target))];

    /// <summary>Those whose target is declared, in the namespace where it is.</summary>
    public IEnumerable<SnapshotSchedule> All => Informers.SelectMany(i => i.Items).Where(IsDeclared)
        .OrderBy(s => s.Spec.Target, StringComparer.Ordinal).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal);

    /// <summary>Those of <see cref="All"/> that are about one target.</summary>
    public IEnumerable<SnapshotSchedule> Of(string target) => Informers.SelectMany(i => i.Of(target)).Where(IsDeclared)
        .OrderBy(s => s.Metadata.Name, StringComparer.Ordinal);

    private bool IsDeclared(SnapshotSchedule schedule) =>
        settings.Targets.TryGetValue(schedule.Spec.Target, out var target) && target.Home is not null
        && target.Namespace == schedule.Metadata.Namespace;
}
