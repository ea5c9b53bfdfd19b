using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;
using ChatOps.Cluster.Writing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Serves the subresources that are kinds of their own: scale, binding and eviction.</summary>
internal sealed class SubresourceHandler(ObjectStore store, ObjectWriter writer, ObjectRemover remover)
{
    public async Task ScaleAsync(HttpContext context, ResourcePath path)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await Answers.WriteAsync(context, Scale(Find(path)));
            return;
        }
        var body = await RequestBody.ReadAsync(context) ?? throw StatusException.BadRequest("the scale is empty");
        var type = RequestBody.MediaType(context);
        var patch = HttpMethods.IsPatch(context.Request.Method);
        var options = WriteHandler.Options(context, path);
        var updated = writer.Update(path.Kind, path.Namespace, path.Name, current =>
        {
            var wanted = patch ? WriteHandler.Patched(ScaleKind, Scale(current), body, MergeOf(type)) : (JsonObject)body;
            ObjectWriter.CheckPreconditions(path.Kind, current, null, wanted.Text("metadata", "resourceVersion"));
            current.Child("spec")["replicas"] = wanted.Number("spec", "replicas") ?? 0;
            return current;
        }, options);
        await Answers.WriteAsync(context, Scale(updated));
    }

    /// <summary>What a scheduler does: gives the pod its node, once.</summary>
    public async Task BindAsync(HttpContext context, ResourcePath path)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        var node = body.Text("target", "name") ?? throw StatusException.BadRequest("target.name is required");
        var options = WriteHandler.Options(context, path) with { Subresource = "" };
        lock (store.Gate)
        {
            if (Find(path).Text("spec", "nodeName") is { Length: > 0 } bound)
                throw StatusException.Conflict(path.Kind, path.Name, $"pod {path.Name} is already assigned to node \"{bound}\"");
            writer.Update(path.Kind, path.Namespace, path.Name, pod =>
            {
                pod.Child("spec")["nodeName"] = node;
                return pod;
            }, options);
            writer.Update(path.Kind, path.Namespace, path.Name, Scheduled, options with { Subresource = "status" });
        }
        await Answers.WriteAsync(
            context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success", ["code"] = 201 }, 201);
    }

    /// <summary>Deletes the pod unless a disruption budget forbids it now (policy/v1 Eviction).</summary>
    public async Task EvictAsync(HttpContext context, ResourcePath path)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        var pod = Find(path);
        var refusing = store.List("policy/poddisruptionbudgets", path.Namespace).FirstOrDefault(budget =>
            LabelSelector.FromObject(budget.At("spec", "selector")).Matches(pod) && budget.Number("status", "disruptionsAllowed") is 0);
        if (refusing is not null)
            throw new StatusException(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
        remover.Delete(path.Kind, path.Namespace, path.Name, new DeleteRequest
        {
            GracePeriodSeconds = body.Number("deleteOptions", "gracePeriodSeconds"),
            Uid = body.Text("deleteOptions", "preconditions", "uid"),
        });
        await Answers.WriteAsync(
            context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success", ["code"] = 201 }, 201);
    }

    private static readonly Kinds.ResourceKind ScaleKind = new("autoscaling", "v1", "scales", "Scale", true);

    private static string MergeOf(string type) =>
        type == "application/strategic-merge-patch+json" ? "application/merge-patch+json" : type;

    private JsonObject Find(ResourcePath path) =>
        store.Find(path.Kind.StorageKey, path.Namespace, path.Name) ?? throw StatusException.NotFound(path.Kind, path.Name);

    private JsonObject Scheduled(JsonObject pod)
    {
        var conditions = pod.Child("status")["conditions"] as JsonArray ?? [];
        foreach (var old in conditions.Where(one => one.Text("type") == "PodScheduled").ToArray())
            conditions.Remove(old);
        if (conditions.Parent is null)
            pod.Child("status")["conditions"] = conditions;
        conditions.Add(new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastTransitionTime"] = writer.Now });
        return pod;
    }

    private static JsonObject Scale(JsonObject value)
    {
        var metadata = new JsonObject();
        foreach (var name in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            metadata[name] = value.At("metadata", name)?.DeepClone();
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = value.Number("spec", "replicas") ?? 0 },
            ["status"] = new JsonObject
            {
                ["replicas"] = value.Number("status", "replicas") ?? 0,
                ["selector"] = LabelSelector.FromObject(value.At("spec", "selector")).ToString(),
            },
        };
    }
}
