using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Tells how far a Deployment is, and when it has made no progress for longer than its deadline.</summary>
internal sealed class DeploymentStatus(ControllerClient client)
{
    private const string Progressing = "Progressing";

    /// <summary>Writes the status; returns when to look again whether the deadline has passed.</summary>
    public TimeSpan? Update(JsonObject deployment, JsonObject? newest, bool created)
    {
        var sets = client.Owned("replicasets", deployment);
        newest = newest is null ? null : client.Find("replicasets", newest.Namespace(), newest.Name());
        var before = deployment.ObjectAt("status") ?? [];
        var status = Counts(deployment, sets, newest);
        if (before.ArrayAt("conditions") is { } conditions)
            status["conditions"] = conditions.DeepClone();
        SetAvailable(deployment, status);
        var pause = SetProgressing(deployment, before, status, newest, created);
        client.SetStatus("deployments", deployment, status);
        return pause;
    }

    private static JsonObject Counts(JsonObject deployment, List<JsonObject> sets, JsonObject? newest)
    {
        var wanted = deployment.Number("spec", "replicas") ?? 1;
        long Sum(string field) => sets.Sum(set => set.Number("status", field) ?? 0);
        var status = new JsonObject { ["observedGeneration"] = deployment.Number("metadata", "generation") };
        (string Field, long Count)[] counts =
        [
            ("replicas", Sum("replicas")), ("updatedReplicas", newest.Number("status", "replicas") ?? 0),
            ("readyReplicas", Sum("readyReplicas")), ("availableReplicas", Sum("availableReplicas")),
            ("unavailableReplicas", Math.Max(0, Math.Max(wanted, Sum("replicas")) - Sum("availableReplicas"))),
        ];
        foreach (var (field, count) in counts.Where(one => one.Count > 0))
            status[field] = count;
        return status;
    }

    private void SetAvailable(JsonObject deployment, JsonObject status)
    {
        var enough = (deployment.Number("spec", "replicas") ?? 1) - RollingLimits.Of(deployment).Unavailable;
        var available = (status.Number("availableReplicas") ?? 0) >= enough;
        status.SetCondition("Available", available ? "True" : "False",
            available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", client.Now.ToApiTime(),
            touch: (status.Condition("Available").Text("status") == "True") != available);
    }

    private TimeSpan? SetProgressing(JsonObject deployment, JsonObject before, JsonObject status, JsonObject? newest, bool created)
    {
        var now = client.Now.ToApiTime();
        var current = status.Condition(Progressing);
        if (deployment.Flag("spec", "paused"))
        {
            status.SetCondition(Progressing, "Unknown", "DeploymentPaused", "Deployment is paused", now,
                current.Text("reason") != "DeploymentPaused");
            return null;
        }
        var name = newest?.Name() ?? deployment.Name();
        if (IsComplete(deployment, status))
            status.SetCondition(Progressing, "True", "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.", now,
                current.Text("reason") != "NewReplicaSetAvailable");
        else if (created)
            status.SetCondition(Progressing, "True", "NewReplicaSetCreated", $"Created new replica set \"{name}\"", now, touch: true);
        else if (current is null || current.Text("reason") == "DeploymentPaused"
            || HasProgressed(before, status) || IsNewRollout(deployment, before))
            status.SetCondition(Progressing, "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.", now, touch: true);
        else
            return WatchDeadline(deployment, status, current, name, now);
        return Deadline(deployment);
    }

    private TimeSpan? WatchDeadline(JsonObject deployment, JsonObject status, JsonObject current, string name, string now)
    {
        if (current.Text("reason") is "ProgressDeadlineExceeded" or "NewReplicaSetAvailable")
            return null;
        var left = (current.Instant("lastUpdateTime") ?? client.Now) + Deadline(deployment) - client.Now;
        if (left > TimeSpan.Zero)
            return left + TimeSpan.FromMilliseconds(50);
        status.SetCondition(
            Progressing, "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.", now, touch: true);
        return null;
    }

    private static TimeSpan Deadline(JsonObject deployment) =>
        TimeSpan.FromSeconds(deployment.Number("spec", "progressDeadlineSeconds") ?? 600);

    private static bool IsComplete(JsonObject deployment, JsonObject status)
    {
        var wanted = deployment.Number("spec", "replicas") ?? 1;
        return (status.Number("updatedReplicas") ?? 0) == wanted && (status.Number("replicas") ?? 0) == wanted
            && (status.Number("availableReplicas") ?? 0) >= wanted;
    }

    private static bool IsNewRollout(JsonObject deployment, JsonObject before) =>
        (before.Number("observedGeneration") ?? 0) < deployment.Number("metadata", "generation");

    private static bool HasProgressed(JsonObject before, JsonObject status)
    {
        static long Old(JsonObject one) => (one.Number("replicas") ?? 0) - (one.Number("updatedReplicas") ?? 0);
        return (status.Number("updatedReplicas") ?? 0) > (before.Number("updatedReplicas") ?? 0)
            || Old(status) < Old(before)
            || (status.Number("readyReplicas") ?? 0) > (before.Number("readyReplicas") ?? 0)
            || (status.Number("availableReplicas") ?? 0) > (before.Number("availableReplicas") ?? 0);
    }
}
