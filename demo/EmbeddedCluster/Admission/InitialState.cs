using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Admission;

/// <summary>
/// Gives a new object what the real server's admission gives it: first status, protecting finalizers, generated selectors.
/// </summary>
internal static class InitialState
{
    public static void Set(ResourceKind kind, JsonObject value, ObjectStore store)
    {
        switch (kind.GroupResource)
        {
            case "pods":
                value["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(value) };
                break;
            case "namespaces":
                value.Child("spec")["finalizers"] ??= new JsonArray("kubernetes");
                value["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case "persistentvolumeclaims":
                value["status"] = new JsonObject { ["phase"] = "Pending" };
                Protect(value, "kubernetes.io/pvc-protection");
                DefaultClass(value, store);
                break;
            case "persistentvolumes":
                value["status"] = new JsonObject { ["phase"] = "Pending" };
                Protect(value, "kubernetes.io/pv-protection");
                break;
            case "services":
                value["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
                break;
            case "jobs.batch":
                SelectOwnPods(value);
                value["status"] = new JsonObject();
                break;
            case "deployments.apps" or "daemonsets.apps":
                value["status"] = new JsonObject();
                break;
            case "statefulsets.apps" or "replicasets.apps":
                value["status"] = new JsonObject { ["replicas"] = 0 };
                break;
        }
    }

    private static void Protect(JsonObject value, string finalizer)
    {
        var finalizers = value.Metadata()["finalizers"] as JsonArray;
        if (finalizers is null)
            value.Metadata()["finalizers"] = new JsonArray(finalizer);
        else if (!finalizers.Any(one => one.AsText() == finalizer))
            finalizers.Add(finalizer);
    }

    private static void DefaultClass(JsonObject claim, ObjectStore store)
    {
        if (claim.At("spec", "storageClassName") is not null)
            return;
        var fallback = store.List("storage.k8s.io/storageclasses")
            .FirstOrDefault(one => one.Annotation("storageclass.kubernetes.io/is-default-class") == "true");
        if (fallback is not null)
            claim.Child("spec")["storageClassName"] = fallback.Name();
    }

    private static void SelectOwnPods(JsonObject job)
    {
        if (job.Flag("spec", "manualSelector"))
            return;
        var labels = job.Child("spec").Child("template").Metadata().Child("labels");
        foreach (var prefix in (string[])["", "batch.kubernetes.io/"])
        {
            labels[prefix + "controller-uid"] = job.Uid();
            labels[prefix + "job-name"] = job.Name();
        }
        job.Child("spec")["selector"] = new JsonObject
        {
            ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = job.Uid() },
        };
    }

    /// <summary>Kubernetes documentation, "Pod Quality of Service Classes".</summary>
    private static string QualityOfService(JsonObject pod)
    {
        var resources = pod.ItemsAt("spec", "containers").Select(container => container.ObjectAt("resources")).ToList();
        if (resources.TrueForAll(one => one.ObjectAt("limits") is not { Count: > 0 } && one.ObjectAt("requests") is not { Count: > 0 }))
            return "BestEffort";
        var guaranteed = resources.TrueForAll(one => ((string[])["cpu", "memory"]).All(name =>
            one.At("limits", name) is { } limit && JsonReading.Same(limit, one.At("requests", name) ?? limit)));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
