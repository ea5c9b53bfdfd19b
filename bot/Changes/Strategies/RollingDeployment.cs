using System.Globalization;
using System.Runtime.CompilerServices;
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
            Generation = deployment.Metadata.Generation,
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
        var current = Number(deployment.Metadata);
        return [.. (await ReplicaSetsAsync(deployment, ct)).Where(s => Number(s.Metadata) is not null).Select(s => new Revision(
            Number(s.Metadata)!.Value, s.Spec.Template.Spec.Containers.FirstOrDefault(c => c.Name == container)?.Image ?? "?",
            Number(s.Metadata) == current, s.Metadata.CreationTimestamp))];
    }

    public Task<long> SetImageAsync(Target target, string container, string image, CancellationToken ct) =>
        PatchAsync(target, Templates.Image(target, container, image), ct);

    public async Task<long> RevertAsync(Target target, long revision, string container, string? image, bool exactly, CancellationToken ct)
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
        var raw = await client.FindRawAsync(Kinds.ReplicaSets, target.Namespace, set.Metadata.Name, ct);
        var template = (JsonObject)raw!["spec"]!["template"]!.DeepClone();
        (template["metadata"]?["labels"] as JsonObject)?.Remove(HashLabel);
        if (image is not null) Templates.Replace(template, container, image);
        if (!exactly) SidecarParts.Carry((await ReadRawAsync(target, ct))?["spec"]?["template"], template);
        var replace = new JsonObject { ["op"] = "replace", ["path"] = "/spec/template", ["value"] = template };
        return await PatchAsync(target, Patch.Json(new JsonArray(replace)), ct);
    }

    public Task<long> ScaleAsync(Target target, int replicas, CancellationToken ct) => PatchAsync(target, Templates.Replicas(replicas), ct);

    /// <summary>The Deployment controller replaces its pods itself.</summary>
    public Task ReplaceStuckPodsAsync(Target target, CancellationToken ct) => Task.CompletedTask;

    public async IAsyncEnumerable<Rollout> WatchAsync(Target target, string container, [EnumeratorCancellation] CancellationToken ct)
    {
        var selector = (await FindAsync(target, ct)).Spec.Selector.ToString();
        await foreach (var (deployment, pods, at) in PairedWatch.FollowAsync(
            client, Kinds.Deployments, target.Namespace, target.WorkloadName, selector, time, ct))
        {
            yield return Judge(deployment, pods, container) with { SeenAt = at };
        }
    }

    /// <summary>Where a rollout stands (kubectl's rollout status; the controller's own deadline counts as hopeless).</summary>
    public static Rollout Judge(Deployment deployment, IReadOnlyList<Pod> pods, string container)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status;
        var observed = status.ObservedGeneration >= deployment.Metadata.Generation;
        var done = observed && status.UpdatedReplicas == wanted
            && status.Replicas <= status.UpdatedReplicas && status.AvailableReplicas == status.UpdatedReplicas;
        var image = deployment.Spec.Template.Spec.Containers.FirstOrDefault(c => c.Name == container)?.Image;
        var updated = pods.Where(p => p.Spec.Containers.Any(c => c.Name == container && c.Image == image)).ToList();
        var trouble = observed ? PodTrouble.Of(updated) : null;
        var deadline = observed
            && status.Conditions?.Any(c => c is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }) == true;
        var fault = trouble?.Fault ?? (deadline
            ? new Fault("ProgressDeadlineExceeded", $"{deployment.Metadata.Name} made no progress within its own deadline") : null);
        var ready = pods.Where(p => p.IsReady).ToList();
        var doing = updated.Where(p => !p.IsReady).Select(PodTrouble.Doing).FirstOrDefault();
        var message = $"{status.UpdatedReplicas} of {wanted} updated, {status.AvailableReplicas} available"
            + (done || doing is null ? "" : $" · {doing}");
        return new Rollout(
            deployment.Metadata.Generation, done, ready.Count, Templates.NewestReady(ready),
            observed ? message : "waiting for the cluster to take it up", fault, trouble?.Hopeless == true || deadline);
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

    private static long? Number(ObjectMeta metadata) =>
        long.TryParse(metadata.Annotation(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static IEnumerable<long> History(ReplicaSet set) =>
        (set.Metadata.Annotation("deployment.kubernetes.io/revision-history") ?? "").Split(',')
            .Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
}
