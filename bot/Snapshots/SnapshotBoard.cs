using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>All Snapshots of the targets that have a home, live.</summary>
internal sealed class SnapshotBoard(IKubernetesClient client, BotSettings settings, TimeProvider time)
{
    private readonly Dictionary<string, Informer<Snapshot>> _informers = settings.Targets.Values.Where(t => t.Home is not null)
        .Select(t => t.Namespace).Distinct().ToDictionary(
            ns => ns, ns => new Informer<Snapshot>(client, ChatOpsKinds.Snapshots, ns, Selection.All, time, s => s.Spec.Target));

    /// <summary>One per namespace that holds such a target, with the target as group.</summary>
    public IReadOnlyCollection<Informer<Snapshot>> Informers => _informers.Values;

    /// <summary>Those of a declared target where it is, newest first; found by the target, as every event asks for them.</summary>
    public IEnumerable<Snapshot> Of(string target) =>
        settings.Targets.TryGetValue(target, out var declared) && _informers.TryGetValue(declared.Namespace, out var informer)
            ? informer.Of(target).OrderByDescending(s => s.Metadata.CreationTimestamp)
                .ThenByDescending(s => s.Metadata.Name, StringComparer.Ordinal)
            : [];

    public Snapshot? Find(string target, string name) => Of(target).FirstOrDefault(s => s.Metadata.Name == name);

    /// <summary>The newest that can be relied on.</summary>
    public Snapshot? NewestOf(string target) =>
        Of(target).Where(s => s.Status is { Phase: SnapshotPhase.Succeeded, FailedChecks: null }).MaxBy(s => s.Status.CutTime);
}
