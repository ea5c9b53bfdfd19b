using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Writing;

/// <summary>Deletes as the API promises: grace periods for pods, finalizers first, dependents by propagation policy.</summary>
/// <remarks>Kubernetes documentation, "Finalizers" and "Garbage Collection".</remarks>
internal sealed class ObjectRemover(ObjectStore store, ObjectWriter writer, TimeProvider time)
{
    /// <summary>Deletes or begins to delete; <c>Gone</c> tells whether the object has left the store.</summary>
    public (JsonObject Object, bool Gone) Delete(ResourceKind kind, string ns, string name, DeleteRequest request)
    {
        lock (store.Gate)
        {
            var current = store.Find(kind.StorageKey, ns, name) ?? throw StatusException.NotFound(kind, name);
            ObjectWriter.CheckPreconditions(kind, current, request.Uid, request.ResourceVersion);
            if (kind.StorageKey == "/namespaces" && (name is "default" or "kube-system"))
                throw StatusException.Forbidden(kind, name, "this namespace may not be deleted");
            var value = current.Copy();
            MarkDeleted(kind, value, request);
            AddPropagation(kind, value, request);
            var gone = ObjectWriter.IsFinished(kind, value);
            if (request.DryRun || JsonReading.Same(value, current))
                return (value, gone);
            return (writer.Commit(kind, value, new WriteOptions("delete")), gone);
        }
    }

    private void MarkDeleted(ResourceKind kind, JsonObject value, DeleteRequest request)
    {
        var metadata = value.Metadata();
        var grace = kind.StorageKey == "/pods" ? GraceOf(value, request) : 0;
        var already = value.IsDeleting();
        if (already && grace >= (value.Number("metadata", "deletionGracePeriodSeconds") ?? 0))
            return;
        metadata["deletionTimestamp"] = time.GetUtcNow().AddSeconds(grace).ToApiTime();
        metadata["deletionGracePeriodSeconds"] = grace;
        if (!already && metadata["generation"] is not null)
            metadata["generation"] = (value.Number("metadata", "generation") ?? 0) + 1;
        if (kind.StorageKey == "/namespaces")
            value.Child("status")["phase"] = "Terminating";
    }

    /// <summary>A pod no kubelet has, or one that has ended, needs nobody's goodbye.</summary>
    private static long GraceOf(JsonObject pod, DeleteRequest request)
    {
        if (string.IsNullOrEmpty(pod.Text("spec", "nodeName")) || pod.Text("status", "phase") is "Succeeded" or "Failed")
            return 0;
        return request.GracePeriodSeconds ?? pod.Number("spec", "terminationGracePeriodSeconds") ?? 30;
    }

    private static void AddPropagation(ResourceKind kind, JsonObject value, DeleteRequest request)
    {
        var finalizer = (request.Propagation ?? (kind.Plural == "jobs" ? "Orphan" : "Background")) switch
        {
            "Foreground" => "foregroundDeletion",
            "Orphan" => "orphan",
            _ => null,
        };
        if (finalizer is null || kind.StorageKey == "/namespaces")
            return;
        var finalizers = value.Metadata()["finalizers"] as JsonArray ?? [];
        if (finalizers.Any(one => one.AsText() == finalizer))
            return;
        if (finalizers.Parent is null)
            value.Metadata()["finalizers"] = finalizers;
        finalizers.Add(finalizer);
    }
}
