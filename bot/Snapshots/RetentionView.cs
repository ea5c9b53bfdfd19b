using ChatOps.Resources;
using ChatOps.Retention;

namespace ChatOps.Bot.Snapshots;

/// <summary>Snapshots as retention sees them, from what their resources say; pure.</summary>
internal static class RetentionView
{
    /// <param name="waysBack">Archives that changes go back to, and which change each.</param>
    public static IEnumerable<RetentionCandidate> Of(IEnumerable<Snapshot> snapshots, IReadOnlyDictionary<string, string> waysBack) =>
        snapshots
        .Where(s => s.Status is { Phase: SnapshotPhase.Succeeded, Archive: not null, CutTime: not null })
        .DistinctBy(s => s.Status.Archive!.Name)
        .Select(s => new RetentionCandidate(s.Status.Archive!.Name, s.Status.CutTime!.Value, s.Status.FailedChecks is not { Count: > 0 })
        {
            Protected = waysBack.GetValueOrDefault(s.Status.Archive!.Name),
            Databases = [.. (s.Status.Databases ?? []).Where(d => d is { Encrypted: true, Fingerprint: not null })
                .Select(d => new DatabaseMark(d.Path, d.Fingerprint!))],
            DatabaseCount = s.Status.Databases?.Count,
            Files = s.Status.Files,
            Bytes = s.Status.BytesRead,
        });

    /// <summary>The databases that are other ones in this snapshot than in those before it.</summary>
    public static DatabaseReplacement? ReplacedIn(Snapshot snapshot, IEnumerable<Snapshot> others)
    {
        var newest = DatabaseReplacement.Newest(UpTo(snapshot, others));
        return newest?.At.Name == snapshot.Status.Archive?.Name ? newest : null;
    }

    /// <summary>What this snapshot is the first to lack.</summary>
    public static DataLoss? LostIn(Snapshot snapshot, IEnumerable<Snapshot> others)
    {
        var loss = DataLoss.Find(UpTo(snapshot, others), accepted: null);
        return loss?.At.Name == snapshot.Status.Archive?.Name ? loss : null;
    }

    private static IEnumerable<RetentionCandidate> UpTo(Snapshot snapshot, IEnumerable<Snapshot> others) => Of(
        others.Where(s => s.Spec.Target == snapshot.Spec.Target && s.Metadata.Namespace == snapshot.Metadata.Namespace
            && s.Status.CutTime < snapshot.Status.CutTime).Append(snapshot),
        new Dictionary<string, string>());
}
