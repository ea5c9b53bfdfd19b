using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>
/// Rolls StatefulSets as the real controller does: in order, one pod at a time, the old one gone before the new one comes.
/// </summary>
/// <remarks>
/// With OrderedReady nothing goes past a pod that is not running and ready, so a pod that never became ready is not replaced when the
/// template is reverted: people must delete it (kubernetes/kubernetes#67250; documentation of StatefulSet, "Forced rollback").
/// </remarks>
internal sealed class StatefulSetController(ControllerClient client) : IController
{
    private readonly Revisions _revisions = new(client);
    private readonly StatefulSetPods _pods = new(client);

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "apps/statefulsets" => [(change.Object.Namespace(), change.Object.Name())],
        "/pods" when change.Object.ControllerOf("StatefulSet") is { } key => [key],
        "apps/controllerrevisions" when change.Type == ChangeType.Deleted && change.Object.ControllerOf("StatefulSet") is { } key => [key],
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("statefulsets", ns, name) is not { } set || set.IsDeleting())
            return null;
        Adopt(set);
        var (current, update) = _revisions.Of(set);
        Roll(set, current, update);
        var pods = client.Owned("pods", set);
        SetStatus(set, pods, current, update);
        _revisions.Truncate(set, pods, current, update);
        return NextLook(set, pods);
    }

    /// <summary>Takes over matching pods that nobody controls, as after a delete that orphaned them.</summary>
    private void Adopt(JsonObject set)
    {
        var selector = LabelSelector.FromObject(set.At("spec", "selector"));
        var orphans = client.List("pods", set.Namespace()).Where(pod =>
            selector.Matches(pod) && !pod.IsDeleting() && StatefulSetPods.Ordinal(set, pod) is not null
            && !pod.ItemsAt("metadata", "ownerReferences").Any(one => one.Flag("controller")));
        foreach (var orphan in orphans)
            client.Change("pods", orphan.Namespace(), orphan.Name(), pod =>
                pod.Metadata()["ownerReferences"] = new JsonArray(
                    [.. pod.ItemsAt("metadata", "ownerReferences").Select(one => one.DeepClone()), ControllerClient.Reference(set)]));
    }

    /// <summary>Does the next steps that order allows; returns at the first pod that must be waited for.</summary>
    private void Roll(JsonObject set, JsonObject current, JsonObject update)
    {
        var start = (int)(set.Number("spec", "ordinals", "start") ?? 0);
        var replicas = (int)(set.Number("spec", "replicas") ?? 1);
        var ordered = set.Text("spec", "podManagementPolicy") != "Parallel";
        var pods = client.Owned("pods", set).Where(pod => StatefulSetPods.Ordinal(set, pod) is not null)
            .ToDictionary(pod => StatefulSetPods.Ordinal(set, pod)!.Value);
        var partition = set.Text("spec", "updateStrategy", "type") == "OnDelete"
            ? -1
            : (int)(set.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0);
        for (var ordinal = start; ordinal < start + replicas; ordinal++)
        {
            // Below the partition a lost pod comes back as it was (OnDelete: as it should become).
            var revision = partition >= 0 && ordinal < start + partition ? current : update;
            if (!Settle(set, ordinal, pods.GetValueOrDefault(ordinal), revision, ordered) && ordered)
                return;
        }
        if (!ScaleDown(set, pods.Where(pod => pod.Key < start || pod.Key >= start + replicas), ordered) || partition < 0)
            return;
        ReplaceOutdated(set, pods, update, start + partition, start + replicas);
    }

    /// <summary>True when the pod of this ordinal exists, runs, is ready and available.</summary>
    private bool Settle(JsonObject set, int ordinal, JsonObject? pod, JsonObject revision, bool ordered)
    {
        if (pod is null)
        {
            _pods.Create(set, ordinal, revision);
            return false;
        }
        if (pod.HasEnded() && !pod.IsDeleting())
        {
            client.Record(
                set, "Warning", "RecreatingTerminatedPod",
                $"StatefulSet {set.Namespace()}/{set.Name()} is recreating terminated Pod {pod.Name()}", "statefulset-controller");
            _pods.Delete(set, pod);
            return false;
        }
        if (!pod.IsDeleting())
            _pods.EnsureClaims(set, ordinal);
        return !pod.IsDeleting() && (!ordered || pod.IsRunningAndReady() && pod.IsAvailable(MinReady(set), client.Now));
    }

    private bool ScaleDown(JsonObject set, IEnumerable<KeyValuePair<int, JsonObject>> surplus, bool ordered)
    {
        var left = surplus.OrderByDescending(pod => pod.Key).Select(pod => pod.Value).ToList();
        foreach (var pod in left)
        {
            if (!pod.IsDeleting())
                _pods.Delete(set, pod);
            if (ordered)
                return false;
        }
        return left.Count == 0;
    }

    /// <summary>From the highest ordinal down: deletes one outdated pod, or waits for one that is not healthy yet.</summary>
    private void ReplaceOutdated(JsonObject set, Dictionary<int, JsonObject> pods, JsonObject update, int lowest, int end)
    {
        for (var ordinal = end - 1; ordinal >= lowest; ordinal--)
        {
            if (pods.GetValueOrDefault(ordinal) is not { } pod)
                return;
            if (pod.Label(Revisions.HashLabel) != update.Name() && !pod.IsDeleting())
            {
                _pods.Delete(set, pod);
                return;
            }
            if (pod.IsDeleting() || !pod.IsRunningAndReady() || !pod.IsAvailable(MinReady(set), client.Now))
                return;
        }
    }

    private void SetStatus(JsonObject set, List<JsonObject> pods, JsonObject current, JsonObject update)
    {
        var replicas = set.Number("spec", "replicas") ?? 1;
        var living = pods.Where(pod => !pod.IsDeleting()).ToList();
        var ready = pods.Count(pod => pod.IsRunningAndReady());
        var updated = living.Count(pod => pod.Label(Revisions.HashLabel) == update.Name());
        var currents = living.Count(pod => pod.Label(Revisions.HashLabel) == current.Name());
        if (set.Text("spec", "updateStrategy", "type") == "RollingUpdate"
            && updated == replicas && ready == replicas && pods.Count == replicas)
            (current, currents) = (update, updated);
        var status = new JsonObject
        {
            ["observedGeneration"] = set.Number("metadata", "generation"),
            ["replicas"] = pods.Count,
            ["availableReplicas"] = pods.Count(pod => pod.IsRunningAndReady() && pod.IsAvailable(MinReady(set), client.Now)),
            ["currentRevision"] = current.Name(),
            ["updateRevision"] = update.Name(),
            ["collisionCount"] = set.Number("status", "collisionCount") ?? 0,
        };
        (string, int)[] counts = [("readyReplicas", ready), ("currentReplicas", currents), ("updatedReplicas", updated)];
        foreach (var (field, count) in counts)
            if (count > 0)
                status[field] = count;
        if (set.ArrayAt("status", "conditions") is { } conditions)
            status["conditions"] = conditions.DeepClone();
        client.SetStatus("statefulsets", set, status);
    }

    private TimeSpan? NextLook(JsonObject set, List<JsonObject> pods)
    {
        var wait = MinReady(set);
        var waiting = pods.Where(pod => pod.IsReady() && !pod.IsAvailable(wait, client.Now)).Select(pod => pod.ReadySince()).Min();
        return waiting is { } since ? since.AddSeconds(wait) - client.Now + TimeSpan.FromMilliseconds(50) : null;
    }

    private static long MinReady(JsonObject set) => set.Number("spec", "minReadySeconds") ?? 0;
}
