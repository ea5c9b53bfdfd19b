using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>Decides which Snapshot resources are of no more use; pure.</summary>
internal static class ObsoleteSnapshots
{
    /// <summary>So many failed ones of a schedule, and as many of those that people and changes asked for, are kept.</summary>
    public const int FailedKept = 10;

    /// <summary>
    /// Those whose archive a later one says it removed, and older failed ones. Oldest first: whoever is interrupted then has not yet
    /// deleted the resource that names the others.
    /// </summary>
    /// <param name="snapshots">All of one target.</param>
    public static IReadOnlyList<Snapshot> Of(IReadOnlyCollection<Snapshot> snapshots)
    {
        var gone = snapshots.SelectMany(s => s.Status.Pruned ?? []).ToHashSet(StringComparer.Ordinal);
        var pruned = snapshots.Where(s => s.Status is { IsFinal: true, Archive: { } archive } && gone.Contains(archive.Name));
        var failed = snapshots.Where(s => s.Status.Phase == SnapshotPhase.Failed)
            .GroupBy(s => s.Metadata.Label(ChatOpsKinds.ScheduleLabel))
            .SelectMany(schedule => schedule.OrderByDescending(s => s.ScheduledAt ?? s.Metadata.CreationTimestamp).Skip(FailedKept));
        return [.. pruned.Concat(failed).OrderBy(s => s.Status.CutTime ?? s.Metadata.CreationTimestamp)
            .ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)];
    }
}
