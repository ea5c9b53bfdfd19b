using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>Writes the status of our own resources: only what moved travels, and only onto the version it was decided on.</summary>
public static class StatusWriter
{
    /// <summary>
    /// Patches <paramref name="after"/> over the status <paramref name="seen"/> has. With <paramref name="exact"/> a resource that somebody
    /// changed in the meantime is an <see cref="ApiException"/> with <c>Conflict</c>, and nothing is written.
    /// </summary>
    public static async Task<T> WriteStatusAsync<T, TStatus>(
        this IKubernetesClient client, ResourceKind<T> kind, T seen, TStatus before, TStatus after, JsonTypeInfo<TStatus> json,
        CancellationToken ct, bool exact = true)
        where T : IResource
    {
        var patch = MergeDiff.Between(Json(before, json), Json(after, json));
        // A fresh resource has no phase yet: the first write must store it even where it is the default.
        if (Json(after, json)["phase"] is { } phase) patch["phase"] = phase.DeepClone();
        var body = new JsonObject { ["status"] = patch };
        if (exact) body["metadata"] = new JsonObject { ["resourceVersion"] = seen.Metadata.ResourceVersion };
        return await client.PatchAsync(kind, seen.Metadata.Namespace, seen.Metadata.Name, Patch.Merge(body), ct, "status");
    }

    public static Task<Snapshot> WriteStatusAsync(
        this IKubernetesClient client, Snapshot seen, SnapshotStatus after, CancellationToken ct, bool exact = true) =>
        client.WriteStatusAsync(
            ChatOpsKinds.Snapshots, seen, seen.Status, after.Observing(seen.Metadata.Generation),
            ResourceJson.Default.SnapshotStatus, ct, exact);

    public static Task<Change> WriteStatusAsync(this IKubernetesClient client, Change seen, ChangeStatus after, CancellationToken ct) =>
        client.WriteStatusAsync(ChatOpsKinds.Changes, seen, seen.Status, after, ResourceJson.Default.ChangeStatus, ct);

    public static Task<Restore> WriteStatusAsync(this IKubernetesClient client, Restore seen, RestoreStatus after, CancellationToken ct) =>
        client.WriteStatusAsync(ChatOpsKinds.Restores, seen, seen.Status, after, ResourceJson.Default.RestoreStatus, ct);

    public static Task<SnapshotSchedule> WriteStatusAsync(
        this IKubernetesClient client, SnapshotSchedule seen, SnapshotScheduleStatus after, CancellationToken ct) =>
        client.WriteStatusAsync(ChatOpsKinds.SnapshotSchedules, seen, seen.Status, after, ResourceJson.Default.SnapshotScheduleStatus, ct);

    private static JsonObject Json<TStatus>(TStatus status, JsonTypeInfo<TStatus> json) =>
        (JsonObject)JsonSerializer.SerializeToNode(status, json)!;
}
