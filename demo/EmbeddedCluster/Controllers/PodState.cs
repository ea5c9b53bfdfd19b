using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>The questions controllers ask about a pod.</summary>
internal static class PodState
{
    public static bool IsReady(this JsonObject pod) =>
        pod.ItemsAt("status", "conditions").Any(one => one.Text("type") == "Ready" && one.Text("status") == "True");

    public static bool IsRunningAndReady(this JsonObject pod) => pod.Text("status", "phase") == "Running" && pod.IsReady();

    public static bool HasEnded(this JsonObject pod) => pod.Text("status", "phase") is "Succeeded" or "Failed";

    public static bool IsActive(this JsonObject pod) => !pod.HasEnded() && !pod.IsDeleting();

    public static DateTimeOffset? ReadySince(this JsonObject pod) =>
        pod.ItemsAt("status", "conditions").FirstOrDefault(one => one.Text("type") == "Ready" && one.Text("status") == "True")
            .Instant("lastTransitionTime");

    /// <summary>Ready for at least minReadySeconds.</summary>
    public static bool IsAvailable(this JsonObject pod, long minReadySeconds, DateTimeOffset now) =>
        pod.IsReady() && (minReadySeconds == 0 || (pod.ReadySince() is { } since && since.AddSeconds(minReadySeconds) <= now));

    public static (string Namespace, string Name)? ControllerOf(this JsonObject value, string kind)
    {
        var owner = value.ItemsAt("metadata", "ownerReferences").FirstOrDefault(one => one.Flag("controller") && one.Text("kind") == kind);
        return owner is null ? null : (value.Namespace(), owner.Text("name") ?? "");
    }
}
