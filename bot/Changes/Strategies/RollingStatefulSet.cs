using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// Replaces the pods of a StatefulSet one by one. A pod that never became ready is not replaced by the controller when the template goes
/// back (kubernetes/kubernetes#67250), so the way back deletes it.
/// </summary>
internal sealed class RollingStatefulSet(IKubernetesClient client, TimeProvider time) : IStrategy
{
    private const string RevisionLabel = "controller-revision-hash";

    public string Name => "rolling";

    public bool Handles(Target target) => target.WorkloadKind == "statefulset";

    public async Task<WorkloadState> ReadAsync(Target target, CancellationToken ct)
    {
        var set = await FindAsync(target, ct);
        var revisions = await ControllerRevisionsAsync(set, ct);
        return new WorkloadState
        {
            Reference = $"statefulsets.apps/{set.Metadata.Name}",
            Metadata = set.Metadata,
            Replicas = set.Spec.Replicas ?? 1,
            Ready = set.Status.ReadyReplicas,
            Template = set.Spec.Template,
            Revision = revisions.FirstOrDefault(r => r.Metadata.Name == set.Status.UpdateRevision)?.Revision,
            Pods = await PodsAsync(set, ct),
            Partition = set.Spec.UpdateStrategy is { Type: not "OnDelete", RollingUpdate.Partition: { } partition } ? partition : 0,
        };
    }

    public Task<JsonObject?> ReadRawAsync(Target target, CancellationToken ct) =>
        client.FindRawAsync(Kinds.StatefulSets, target.Namespace, target.WorkloadName, ct);

    public async Task<IReadOnlyList<Revision>> RevisionsAsync(Target target, CancellationToken ct)
    {
        var set = await FindAsync(target, ct);
        var container = ContainerChoice.Of(target, set.Spec.Template);
        var revisions = await ControllerRevisionsAsync(set, ct);
        var current = revisions.FirstOrDefault(r => r.Metadata.Name == set.Status.UpdateRevision);
        return [.. revisions.Select(r => new Revision(
            r.Revision, Templates.ImageOf(Template(r), container) ?? "?", r == current, r.Metadata.CreationTimestamp,
            current is not null && Templates.IsAsLive(Template(current), Template(r))))];
    }

    public async Task<Patch> BackToAsync(Target target, long revision, string container, string? image, bool exactly, CancellationToken ct)
    {
        var set = await FindAsync(target, ct);
        var found = (await ControllerRevisionsAsync(set, ct)).FirstOrDefault(r => r.Revision == revision)
            ?? throw new FaultException(new(
                "NoSuchRevision", $"{target.Name} has no revision {revision} any more", $"/history {target.Name} lists what there is"));
        var data = (JsonObject)JsonNode.Parse(found.Data.GetRawText())!;
        if (image is not null) Templates.Replace(data["spec"]?["template"], container, image);
        if (!exactly) SidecarParts.Carry((await ReadRawAsync(target, ct))?["spec"]?["template"], data["spec"]?["template"]);
        return Patch.Strategic(data);
    }

    public async Task ReplaceStuckPodsAsync(Target target, CancellationToken ct)
    {
        // Which template is the new one is known only after the controller has seen the last change.
        var set = await client.WaitForAsync(Kinds.StatefulSets, target.Namespace, target.WorkloadName,
            s => s is null || s.Status.ObservedGeneration >= s.Metadata.Generation, time, ct);
        if (set is null) return;
        var onDelete = set.Spec.UpdateStrategy?.Type == "OnDelete";
        foreach (var pod in await PodsAsync(set, ct))
        {
            var old = pod.Metadata.Label(RevisionLabel) != set.Status.UpdateRevision;
            if (!old || pod.Metadata.DeletionTimestamp is not null || (pod.IsReady && !onDelete)) continue;
            await client.DeleteAsync(Kinds.Pods, target.Namespace, pod.Metadata.Name, new Deletion(Uid: pod.Metadata.Uid), ct);
        }
    }

    public async IAsyncEnumerable<Rollout> WatchAsync(Target target, string container, [EnumeratorCancellation] CancellationToken ct)
    {
        var selector = (await FindAsync(target, ct)).Spec.Selector.ToString();
        var (pods, events) = (new LiveSet<Pod>(Kinds.Pods, new(Labels: selector)), WorkloadWatch.Events(target.WorkloadName));
        await foreach (var rollout in WorkloadWatch.FollowAsync(
            client, Kinds.StatefulSets, target.Namespace, target.WorkloadName, [pods, events],
            set => Judge(set, [.. pods.Items.Where(p => p.Metadata.IsControlledBy(set.Metadata.Uid))], events.Items), time, ct))
        {
            yield return rollout;
        }
    }

    /// <summary>
    /// Where a rollout stands, from the StatefulSet, its pods and what was told of them (kubectl's rollout status, and ready pods counted
    /// by hash).
    /// </summary>
    /// <param name="pods">Those it controls.</param>
    public static Rollout Judge(StatefulSet set, IReadOnlyList<Pod> pods, IReadOnlyList<Event> events)
    {
        var wanted = set.Spec.Replicas ?? 1;
        var observed = set.Status.ObservedGeneration >= set.Metadata.Generation;
        var ready = pods.Where(p => p.IsReady).ToList();
        var updated = pods.Where(p => p.Metadata.Label(RevisionLabel) == set.Status.UpdateRevision).ToList();
        var done = observed && updated.Count(p => p.IsReady) == wanted && pods.Count == wanted;
        var trouble = !observed || done ? null
            : PodTrouble.Of(updated, events) ?? (pods.Count < wanted ? Complaints.OfMaker(set.Metadata, events) : null);
        var doing = pods.Where(p => !p.IsReady).Select(p => PodTrouble.Doing(p, events)).FirstOrDefault();
        var message = done ? wanted == 0 ? "stopped" : string.Join(", ", ready.Select(p => PodTrouble.Doing(p, events)))
            : !observed ? "waiting for the cluster to take it up" : doing ?? trouble?.Fault.Message ?? "waiting for the next pod";
        return new Rollout(set.Metadata.Generation, done, ready.Count, Templates.NewestReady(ready), message, trouble)
        {
            Log = PodTrouble.Log(updated),
        };
    }

    public async Task<long> PatchAsync(Target target, Patch patch, CancellationToken ct) =>
        (await client.PatchAsync(Kinds.StatefulSets, target.Namespace, target.WorkloadName, patch, ct)).Metadata.Generation;

    private async Task<StatefulSet> FindAsync(Target target, CancellationToken ct) =>
        await client.FindAsync(Kinds.StatefulSets, target.Namespace, target.WorkloadName, ct)
        ?? throw new FaultException(Templates.Absent(target));

    private async Task<IReadOnlyList<Pod>> PodsAsync(StatefulSet set, CancellationToken ct)
    {
        var pods = await client.ListAsync(Kinds.Pods, set.Metadata.Namespace, new Selection(Labels: set.Spec.Selector.ToString()), ct);
        return [.. pods.Items.Where(p => p.Metadata.IsControlledBy(set.Metadata.Uid))];
    }

    private async Task<IReadOnlyList<ControllerRevision>> ControllerRevisionsAsync(StatefulSet set, CancellationToken ct)
    {
        var all = await client.ListAsync(
            Kinds.ControllerRevisions, set.Metadata.Namespace, new Selection(Labels: set.Spec.Selector.ToString()), ct);
        return [.. all.Items.Where(r => r.Metadata.IsControlledBy(set.Metadata.Uid)).OrderByDescending(r => r.Revision)];
    }

    private static JsonNode? Template(ControllerRevision revision) => revision.Data is { ValueKind: JsonValueKind.Object } data
        ? JsonNode.Parse(data.GetRawText())?["spec"]?["template"] : null;
}
