using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Keeps as many active pods of a ReplicaSet as it asks for; surplus pods go unready and youngest first.</summary>
internal sealed class ReplicaSetController(ControllerClient client) : IController
{
    private const string Component = "replicaset-controller";

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "apps/replicasets" => [(change.Object.Namespace(), change.Object.Name())],
        "/pods" when change.Object.ControllerOf("ReplicaSet") is { } key => [key],
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("replicasets", ns, name) is not { } set)
            return null;
        if (!set.IsDeleting())
            Balance(set);
        return SetStatus(set);
    }

    private void Balance(JsonObject set)
    {
        Adopt(set);
        var pods = client.Owned("pods", set).Where(pod => pod.IsActive()).ToList();
        var wanted = (int)(set.Number("spec", "replicas") ?? 1);
        for (var i = pods.Count; i < wanted; i++)
            Create(set);
        var surplus = pods.OrderBy(pod => pod.IsReady())
            .ThenByDescending(pod => pod.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)
            .Take(Math.Max(0, pods.Count - wanted));
        foreach (var pod in surplus)
        {
            client.Delete("pods", pod);
            client.Record(set, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", Component);
        }
    }

    private void Adopt(JsonObject set)
    {
        var selector = LabelSelector.FromObject(set.At("spec", "selector"));
        var orphans = client.List("pods", set.Namespace()).Where(pod =>
            selector.Matches(pod) && pod.IsActive() && !pod.ItemsAt("metadata", "ownerReferences").Any(one => one.Flag("controller")));
        foreach (var orphan in orphans)
            client.Change("pods", orphan.Namespace(), orphan.Name(), pod =>
                pod.Metadata()["ownerReferences"] = new JsonArray(
                    [.. pod.ItemsAt("metadata", "ownerReferences").Select(one => one.DeepClone()), ControllerClient.Reference(set)]));
    }

    private void Create(JsonObject set)
    {
        var pod = set.ObjectAt("spec", "template")!.Copy();
        pod.Metadata()["generateName"] = set.Name() + "-";
        pod.Metadata()["namespace"] = set.Namespace();
        pod.Metadata()["ownerReferences"] = new JsonArray(ControllerClient.Reference(set));
        var created = client.Create("pods", set.Namespace(), pod);
        client.Record(set, "Normal", "SuccessfulCreate", $"Created pod: {created.Name()}", Component);
    }

    private TimeSpan? SetStatus(JsonObject set)
    {
        var pods = client.Owned("pods", set).Where(pod => pod.IsActive()).ToList();
        var wait = set.Number("spec", "minReadySeconds") ?? 0;
        var status = new JsonObject { ["replicas"] = pods.Count, ["observedGeneration"] = set.Number("metadata", "generation") };
        (string, int)[] counts =
        [
            ("fullyLabeledReplicas", pods.Count), ("readyReplicas", pods.Count(pod => pod.IsReady())),
            ("availableReplicas", pods.Count(pod => pod.IsAvailable(wait, client.Now))),
        ];
        foreach (var (field, count) in counts.Where(one => one.Item2 > 0))
            status[field] = count;
        client.SetStatus("replicasets", set, status);
        return wait > 0 && pods.Exists(pod => pod.IsReady() && !pod.IsAvailable(wait, client.Now)) ? TimeSpan.FromMilliseconds(500) : null;
    }
}
