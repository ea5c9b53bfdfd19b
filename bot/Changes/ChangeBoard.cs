using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>All Changes, live, and the questions the rest of the bot asks of them.</summary>
internal sealed class ChangeBoard(IKubernetesClient client, string ns, TimeProvider time)
{
    public Informer<Change> Informer { get; } = new(client, ChatOpsKinds.Changes, ns, Selection.All, time);

    public string Namespace => ns;

    public IEnumerable<Change> Of(string target) =>
        Informer.Items.Where(c => c.Spec.Target == target).OrderByDescending(c => c.Spec.Number);

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

    /// <summary>The digest that an image reference stood for when it last ran here.</summary>
    public string? ImageIdOf(string target, string image)
    {
        foreach (var change in Of(target))
        {
            if (change is { Status: { Phase: ChangePhase.Succeeded, ResultImageId: { } result } } && change.Spec.Plan.To.Image == image) return result;
            if (change.Spec.Plan.From is { ImageId: { } id } from && from.Image == image) return id;
        }
        return null;
    }

    /// <summary>The archive taken before the newest successful deploy: the data that the version before it knew.</summary>
    public string? ArchiveBeforeLive(string target, SnapshotBoard snapshots) => Of(target)
        .Where(c => c.Spec.Action == "deploy" && c.Status is { Phase: ChangePhase.Succeeded, PreChangeSnapshot: not null })
        .Select(c => snapshots.Find(target, c.Status.PreChangeSnapshot!))
        .FirstOrDefault(s => s?.Status is { Phase: SnapshotPhase.Succeeded, Archive: not null })?.Status.Archive!.Name;
}
