using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Moves a Deployment's pods from old ReplicaSets to the one of its template, within maxSurge and maxUnavailable.</summary>
internal sealed class DeploymentController(ControllerClient client) : IController
{
    private const string Component = "deployment-controller";
    private readonly DeploymentRevisions _revisions = new(client);
    private readonly DeploymentStatus _status = new(client);

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "apps/deployments" => [(change.Object.Namespace(), change.Object.Name())],
        "apps/replicasets" when change.Object.ControllerOf("Deployment") is { } key => [key],
        // Recreate waits until the old pods are really gone.
        "/pods" when change.Type == ChangeType.Deleted && change.Object.ControllerOf("ReplicaSet") is { } set
            && client.Find("replicasets", set.Namespace, set.Name)?.ControllerOf("Deployment") is { } key => [key],
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("deployments", ns, name) is not { } deployment || deployment.IsDeleting())
            return null;
        var sets = client.Owned("replicasets", deployment);
        var newest = DeploymentRevisions.Find(deployment, sets);
        var old = sets.Where(set => set != newest).ToList();
        var created = false;
        if (deployment.Flag("spec", "paused"))
            ScaleOnly(deployment, newest ?? old.Find(set => Replicas(set) > 0));
        else
            created = Roll(deployment, ref newest, old);
        CleanUp(deployment, old);
        return _status.Update(deployment, newest, created);
    }

    private bool Roll(JsonObject deployment, ref JsonObject? newest, List<JsonObject> old)
    {
        var recreate = deployment.Text("spec", "strategy", "type") == "Recreate";
        if (recreate && old.Exists(set => Replicas(set) > 0 || HasPods(set)))
        {
            foreach (var set in old)
                Scale(deployment, set, 0);
            if (old.Exists(HasPods))
                return false;
        }
        var revision = old.Select(DeploymentRevisions.NumberOf).DefaultIfEmpty(0).Max() + 1;
        var created = newest is null;
        newest ??= CreateNewest(deployment, old, revision, recreate);
        _revisions.Number(deployment, newest, revision);
        if (recreate)
            Scale(deployment, newest, Wanted(deployment));
        else
            RollingUpdate(deployment, newest, old);
        return created;
    }

    private JsonObject CreateNewest(JsonObject deployment, List<JsonObject> old, long revision, bool recreate)
    {
        var replicas = recreate ? Wanted(deployment) : RoomFor(deployment, 0, old.Sum(Replicas));
        var set = _revisions.Create(deployment, revision, replicas);
        client.Record(deployment, "Normal", "ScalingReplicaSet", $"Scaled up replica set {set.Name()} from 0 to {replicas}", Component);
        return set;
    }

    private static long RoomFor(JsonObject deployment, long has, long everything)
    {
        var room = Wanted(deployment) + RollingLimits.Of(deployment).Surge - everything;
        return has + Math.Max(0, Math.Min(room, Wanted(deployment) - has));
    }

    private void RollingUpdate(JsonObject deployment, JsonObject newest, List<JsonObject> old)
    {
        newest = client.Find("replicasets", newest.Namespace(), newest.Name()) ?? newest;
        var wanted = Wanted(deployment);
        var has = Replicas(newest);
        if (has > wanted)
            Scale(deployment, newest, wanted);
        else if (has < wanted)
            Scale(deployment, newest, RoomFor(deployment, has, has + old.Sum(Replicas)));
        ScaleDownOld(deployment, newest, old);
    }

    /// <summary>First the old pods that do not work anyway, then as many working ones as availability allows.</summary>
    private void ScaleDownOld(JsonObject deployment, JsonObject newest, List<JsonObject> old)
    {
        newest = client.Find("replicasets", newest.Namespace(), newest.Name()) ?? newest;
        var least = Wanted(deployment) - RollingLimits.Of(deployment).Unavailable;
        var unavailableNew = Replicas(newest) - Available(newest);
        var spare = old.Sum(Replicas) + Replicas(newest) - least - unavailableNew;
        var oldest = old.Where(set => Replicas(set) > 0)
            .OrderBy(set => set.Text("metadata", "creationTimestamp"), StringComparer.Ordinal).ToList();
        var left = oldest.ToDictionary(set => set.Name(), Replicas);
        foreach (var set in oldest)
        {
            var broken = Math.Min(Math.Max(0, spare), Replicas(set) - Math.Min(Available(set), Replicas(set)));
            left[set.Name()] -= broken;
            spare -= broken;
        }
        var surplus = Math.Min(spare, old.Sum(Available) + Available(newest) - least);
        foreach (var set in oldest)
        {
            var step = Math.Min(Math.Max(0, surplus), left[set.Name()]);
            surplus -= step;
            Scale(deployment, set, left[set.Name()] - step);
        }
    }

    private void ScaleOnly(JsonObject deployment, JsonObject? active)
    {
        if (active is not null)
            Scale(deployment, active, Wanted(deployment));
    }

    private void Scale(JsonObject deployment, JsonObject set, long replicas)
    {
        var current = client.Find("replicasets", set.Namespace(), set.Name());
        if (current is null || Replicas(current) == replicas)
            return;
        client.Change("replicasets", set.Namespace(), set.Name(), one => one.Child("spec")["replicas"] = replicas);
        var direction = replicas > Replicas(current) ? "up" : "down";
        client.Record(deployment, "Normal", "ScalingReplicaSet",
            $"Scaled {direction} replica set {set.Name()} from {Replicas(current)} to {replicas}", Component);
    }

    private void CleanUp(JsonObject deployment, List<JsonObject> old)
    {
        var limit = (int)(deployment.Number("spec", "revisionHistoryLimit") ?? 10);
        var idle = old.Where(set => Replicas(set) == 0 && (set.Number("status", "replicas") ?? 0) == 0 && !set.IsDeleting())
            .OrderBy(DeploymentRevisions.NumberOf).ToList();
        foreach (var set in idle.Take(Math.Max(0, idle.Count - limit)))
            client.Delete("replicasets", set);
    }

    private bool HasPods(JsonObject set) => client.Owned("pods", set).Exists(pod => !pod.HasEnded());

    private static long Wanted(JsonObject deployment) => deployment.Number("spec", "replicas") ?? 1;

    private static long Replicas(JsonObject set) => set.Number("spec", "replicas") ?? 0;

    private static long Available(JsonObject set) => set.Number("status", "availableReplicas") ?? 0;
}
