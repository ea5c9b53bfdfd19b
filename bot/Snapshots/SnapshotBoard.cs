using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>All Snapshots of the targets that have a home, live.</summary>
internal sealed class SnapshotBoard(IKubernetesClient client, BotSettings settings, TimeProvider time)
{
    /// <summary>One per namespace that holds such a target.</summary>
    public IReadOnlyList<Informer<Snapshot>> Informers { get; } = [.. settings.Targets.Values.Where(t => t.Home is not null)
        .Select(t => t.Namespace).Distinct().Select(ns => new Informer<Snapshot>(client, ChatOpsKinds.Snapshots, ns, Selection.All, time))];

    public IEnumerable<Snapshot> Of(string target) => Informers.SelectMany(i => i.Items)
        .Where(s => s.Spec.Target == target && s.Metadata.Namespace == settings.Targets[target].Namespace)
        .OrderByDescending(s => s.Metadata.CreationTimestamp).ThenByDescending(s => s.Metadata.Name, StringComparer.Ordinal);

    public Snapshot? Find(string target, string name) => Of(target).FirstOrDefault(s => s.Metadata.Name == name);

    /// <summary>The newest that can be relied on.</summary>
    public Snapshot? NewestOf(string target) => Of(target).Where(s => s.Status is { Phase: SnapshotPhase.Succeeded, FailedChecks: null }).MaxBy(s => s.Status.CutTime);
}
