using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>All Changes, live, and the questions the rest of the bot asks of them.</summary>
internal sealed class ChangeBoard(IKubernetesClient client, string ns, TimeProvider time)
{
    /// <summary>With the target as group.</summary>
    public Informer<Change> Informer { get; } = new(client, ChatOpsKinds.Changes, ns, Selection.All, time, c => c.Spec.Target);

    public string Namespace => ns;

    public IEnumerable<Change> Of(string target) =>
        Informer.Of(target).OrderByDescending(c => c.Spec.Number);

    public Change? Find(long number) => Informer.Items.FirstOrDefault(c => c.Spec.Number == number);

    /// <summary>Changes that are allowed to touch the target at this moment.</summary>
    public IReadOnlyList<Change> ActiveOf(string target) =>
        [.. Of(target).Where(c => c.Status.Phase is ChangePhase.Approved or ChangePhase.Running)];

    /// <summary>What past changes of this target cost, as people experienced it.</summary>
    public double? MedianDowntime(string target)
    {
        var known = Of(target).Where(c => c.Status is { Phase: ChangePhase.Succeeded, DowntimeSeconds: not null })
            .Select(c => c.Status.DowntimeSeconds!.Value).Take(9).Order().ToList();
        return known.Count == 0 ? null : known[known.Count / 2];
    }

    /// <summary>The digest that an image reference stood for when it last ran here; else the one that it names, if any.</summary>
    /// <param name="own">The number of the change that is planned again: what is written on it was learnt for it, and is no news.</param>
    public string? ImageIdOf(string target, string image, long? own)
    {
        foreach (var change in Of(target).Where(c => c.Spec.Number != own))
        {
            if (change is { Status: { Phase: ChangePhase.Succeeded, ResultImageId: { } result } }
                && ImageReference.IsSame(change.Spec.Plan.To.Image, image)) return result;
            if (change.Spec.Plan.From is { ImageId: { } id } from && ImageReference.IsSame(from.Image, image)) return id;
        }
        return ImageReference.Digest(image) is { } digest ? $"{ImageReference.Repository(image)}@{digest}" : null;
    }

    /// <summary>
    /// Archives that changes go back to, or that a person may yet ask them to, each with the change that says so: of those that are not
    /// over, of the newest that took a snapshot first, however it ended, and of the newest deploy that succeeded.
    /// </summary>
    public IReadOnlyDictionary<string, string> WaysBack(string target, SnapshotBoard snapshots)
    {
        var all = Of(target).ToList();
        var before = all.Where(c => ArchiveBefore(c, snapshots) is not null).ToList();
        var named = from change in all
                    where !change.Status.IsFinal
                        || change == before.FirstOrDefault() || change == before.FirstOrDefault(ObsoleteChanges.IsDeployed)
                    from archive in new[] { ArchiveBefore(change, snapshots), change.Status.IsFinal ? null : change.Spec.Plan.Archive }
                    where archive is not null
                    select (archive, change.Spec.Number);
        return named.DistinctBy(n => n.archive).ToDictionary(n => n.archive, n => $"way back of change {n.Number}", StringComparer.Ordinal);
    }

    /// <summary>Changes of a target that are of no more use, oldest first.</summary>
    public IReadOnlyList<Change> ObsoleteOf(string target, int limit, SnapshotBoard snapshots) =>
        ObsoleteChanges.Of(Of(target), limit, change => ArchiveBefore(change, snapshots) is not null, time.GetUtcNow());

    private static string? ArchiveBefore(Change change, SnapshotBoard snapshots) =>
        change.Status.PreChangeSnapshot is { } name
            && snapshots.Find(change.Spec.Target, name)?.Status is { Phase: SnapshotPhase.Succeeded } status
            ? status.Archive?.Name
            : null;

    /// <summary>The data that a version knew last: what was taken before the change that left it; null when there is none.</summary>
    public string? ArchiveOf(string target, string image, SnapshotBoard snapshots) =>
        RevisionChoice.LastToLeave(Of(target), image, c => ArchiveBefore(c, snapshots) is not null) is { } left
            ? ArchiveBefore(left, snapshots) : null;

    /// <summary>The versions whose data can be brought back, newest first.</summary>
    public IReadOnlyList<(string Image, string Archive)> Archives(string target, SnapshotBoard snapshots) =>
    [
        .. from image in Of(target).Select(c => c.Spec.Plan.From.Image).Distinct()
           let archive = ArchiveOf(target, image, snapshots)
           where archive is not null
           select (image, archive),
    ];

    /// <summary>The archive taken before the newest successful deploy: the data that the version before it knew.</summary>
    public string? ArchiveBeforeLive(string target, SnapshotBoard snapshots) =>
        Of(target).Where(ObsoleteChanges.IsDeployed).Select(c => ArchiveBefore(c, snapshots))
            .FirstOrDefault(archive => archive is not null);
}
