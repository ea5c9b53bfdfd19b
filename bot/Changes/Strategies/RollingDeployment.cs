using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// Rolls a Deployment by its own rolling update; the way back is the template of an older ReplicaSet, as kubectl's undo takes it.
/// </summary>
internal sealed class RollingDeployment(IKubernetesClient client, TimeProvider time) : IStrategy
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private const string HashLabel = "pod-template-hash";

    public string Name => "rolling";

    public bool Handles(Target target) => target.WorkloadKind == "deployment";

    public async Task<WorkloadState> ReadAsync(Target target, CancellationToken ct)
    {
        var deployment = await FindAsync(target, ct);
        var sets = await ReplicaSetsAsync(deployment, ct);
        return new WorkloadState
        {
            Reference = $"deployments.apps/{deployment.Metadata.Name}",
            Metadata = deployment.Metadata,
            Replicas = deployment.Spec.Replicas ?? 1,
            Ready = deployment.Status.ReadyReplicas,
            Template = deployment.Spec.Template,
            Revision = Number(deployment.Metadata),
            Pods = await PodsAsync(deployment, sets, ct),
            Paused = deployment.Spec.Paused == true,
        };
    }

    public Task<JsonObject?> ReadRawAsync(Target target, CancellationToken ct) =>
        client.FindRawAsync(Kinds.Deployments, target.Namespace, target.WorkloadName, ct);

    public async Task<IReadOnlyList<Revision>> RevisionsAsync(Target target, CancellationToken ct)
    {
        var deployment = await FindAsync(target, ct);
        var container = ContainerChoice.Of(target, deployment.Spec.Template);
        var sets = (await ReplicaSetsAsync(deployment, ct)).Where(s => Number(s.Metadata) is not null).ToList();
        var current = sets.FirstOrDefault(s => Number(s.Metadata) == Number(deployment.Metadata));
        return [.. sets.Select(s => new Revision(
            Number(s.Metadata)!.Value, Templates.ImageOf(Template(s), container) ?? "?", s == current, s.Metadata.CreationTimestamp,
            current is not null && Templates.IsAsLive(Template(current), Template(s))))];
    }

    public async Task<Patch> BackToAsync(Target target, long revision, string container, string? image, bool exactly, CancellationToken ct)
    {
        var deployment = await FindAsync(target, ct);
        if (deployment.Spec.Paused == true)
            throw new FaultException(new("Paused", $"{target.Name} is paused", $"kubectl rollout resume deployment/{target.WorkloadName}"));
        var set = (await ReplicaSetsAsync(deployment, ct)).FirstOrDefault(s => Number(s.Metadata) == revision);
        // Taking a template back gives its ReplicaSet the newest number, so a repeated call finds it under another one.
        if (set is null && Number(deployment.Metadata) > revision)
            set = (await ReplicaSetsAsync(deployment, ct)).FirstOrDefault(s => History(s).Contains(revision));
        if (set is null)
        {
            throw new FaultException(new(
                "NoSuchRevision", $"{target.Name} has no revision {revision} any more", $"/history {target.Name} lists what there is"));
        }
        var template = Template(set)!;
        (template["metadata"]?["labels"] as JsonObject)?.Remove(HashLabel);
        if (image is not null) Templates.Replace(template, container, image);
        if (!exactly) SidecarParts.Carry((await ReadRawAsync(target, ct))?["spec"]?["template"], template);
        var replace = new JsonObject { ["op"] = "replace", ["path"] = "/spec/template", ["value"] = template };
        return Patch.Json(new JsonArray(replace));
    }

    /// <summary>The Deployment controller replaces its pods itself.</summary>
    public Task ReplaceStuckPodsAsync(Target target, CancellationToken ct) => Task.CompletedTask;

    public async IAsyncEnumerable<Rollout> WatchAsync(Target target, string container, [EnumeratorCancellation] CancellationToken ct)
    {
        var selection = new Selection(Labels: (await FindAsync(target, ct)).Spec.Selector.ToString());
        var (sets, pods) = (new LiveSet<ReplicaSet>(Kinds.ReplicaSets, selection), new LiveSet<Pod>(Kinds.Pods, selection));
        var events = WorkloadWatch.Events(target.WorkloadName);
        await foreach (var rollout in WorkloadWatch.FollowAsync(
            client, Kinds.Deployments, target.Namespace, target.WorkloadName, [sets, pods, events],
            deployment => Judge(deployment, sets.Items, pods.Items, events.Items), time, ct))
        {
            yield return rollout;
        }
    }

    /// <summary>
    /// Where a rollout stands (kubectl's rollout status; the controller's own deadline counts as hopeless). Pods are its own by their
    /// owners, and new by the ReplicaSet that bears its revision: labels are shared with whoever uses the same.
    /// </summary>
    /// <param name="sets">All that its selector finds.</param>
    /// <param name="pods">All that its selector finds.</param>
    public static Rollout Judge(
        Deployment deployment, IReadOnlyList<ReplicaSet> sets, IReadOnlyList<Pod> pods, IReadOnlyList<Event> events)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status;
        var observed = status.ObservedGeneration >= deployment.Metadata.Generation;
        var own = sets.Where(s => s.Metadata.IsControlledBy(deployment.Metadata.Uid)).ToList();
        var newest = own.FirstOrDefault(s => Number(s.Metadata) is { } number && number == Number(deployment.Metadata));
        var updated = pods.Where(p => newest is not null && p.Metadata.IsControlledBy(newest.Metadata.Uid)).ToList();
        // Its counts and its pods tell the same, or the news of one of them is still on its way.
        var done = observed && status.UpdatedReplicas == wanted
            && status.Replicas <= status.UpdatedReplicas && status.AvailableReplicas == status.UpdatedReplicas
            && (newest is null || updated.Count(p => p.IsReady) >= wanted);
        var ready = pods.Where(p => p.IsReady && IsOwn(p, deployment, own, sets)).ToList();
        var deadline = observed
            && status.Conditions?.Any(c => c is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }) == true;
        var trouble = !observed || done ? null
            : PodTrouble.Of(updated, events) ?? Complaints.OfMaker(deployment.Metadata, status.Conditions);
        if (deadline)
        {
            trouble ??= new(new("ProgressDeadlineExceeded", $"{deployment.Metadata.Name} made no progress within its own deadline"), true);
            trouble = trouble with { Hopeless = true };
        }
        var doing = updated.Where(p => !p.IsReady).Select(p => PodTrouble.Doing(p, events)).FirstOrDefault() ?? trouble?.Fault.Message;
        var message = $"{status.UpdatedReplicas} of {wanted} updated, {status.AvailableReplicas} available"
            + (done || doing is null ? "" : $" · {doing}");
        return new Rollout(
            deployment.Metadata.Generation, done, ready.Count, Templates.NewestReady(ready),
            observed ? message : "waiting for the cluster to take it up", trouble)
        {
            Log = PodTrouble.Log(updated),
        };
    }

    /// <summary>A pod may be known before its ReplicaSet is: then the name of that, which begins with the Deployment's, counts.</summary>
    private static bool IsOwn(Pod pod, Deployment deployment, IReadOnlyList<ReplicaSet> own, IReadOnlyList<ReplicaSet> all)
    {
        if (pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is not { Kind: "ReplicaSet" } owner) return false;
        return own.Any(s => s.Metadata.Uid == owner.Uid)
            || (all.All(s => s.Metadata.Uid != owner.Uid)
                && owner.Name.StartsWith($"{deployment.Metadata.Name}-", StringComparison.Ordinal));
    }

    public async Task<long> PatchAsync(Target target, Patch patch, CancellationToken ct) =>
        (await client.PatchAsync(Kinds.Deployments, target.Namespace, target.WorkloadName, patch, ct)).Metadata.Generation;

    private async Task<Deployment> FindAsync(Target target, CancellationToken ct) =>
        await client.FindAsync(Kinds.Deployments, target.Namespace, target.WorkloadName, ct)
            ?? throw new FaultException(Templates.Absent(target));

    private async Task<IReadOnlyList<ReplicaSet>> ReplicaSetsAsync(Deployment deployment, CancellationToken ct)
    {
        var selection = new Selection(Labels: deployment.Spec.Selector.ToString());
        var all = await client.ListAsync(Kinds.ReplicaSets, deployment.Metadata.Namespace, selection, ct);
        return [.. all.Items.Where(s => s.Metadata.IsControlledBy(deployment.Metadata.Uid)).OrderByDescending(s => Number(s.Metadata))];
    }

    private async Task<IReadOnlyList<Pod>> PodsAsync(Deployment deployment, IReadOnlyList<ReplicaSet> sets, CancellationToken ct)
    {
        var pods = await client.ListAsync(
            Kinds.Pods, deployment.Metadata.Namespace, new Selection(Labels: deployment.Spec.Selector.ToString()), ct);
        return [.. pods.Items.Where(p => sets.Any(s => p.Metadata.IsControlledBy(s.Metadata.Uid)))];
    }

    private static JsonObject? Template(ReplicaSet set) =>
        set.Spec.Template is { ValueKind: JsonValueKind.Object } template ? (JsonObject)JsonNode.Parse(template.GetRawText())! : null;

    private static long? Number(ObjectMeta metadata) =>
        long.TryParse(metadata.Annotation(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static IEnumerable<long> History(ReplicaSet set) =>
        (set.Metadata.Annotation("deployment.kubernetes.io/revision-history") ?? "").Split(',')
            .Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
}
