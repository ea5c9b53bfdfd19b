using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Patching;
using ChatOps.Cluster.Storage;
using ChatOps.Cluster.Writing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Carries out creates, updates, patches and deletes on objects and on their status.</summary>
internal sealed class WriteHandler(ObjectStore store, ObjectWriter writer, ObjectRemover remover, TimeProvider time)
{
    public async Task CreateAsync(HttpContext context, ResourcePath path)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        var options = Options(context, path);
        var created = writer.Create(path.Kind, NamespaceOf(path, body), body, options);
        await AnswerAsync(context, path, created, options, 201);
    }

    public async Task UpdateAsync(HttpContext context, ResourcePath path)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        var options = Options(context, path);
        var updated = writer.Update(path.Kind, path.Namespace, path.Name, _ => body, options);
        await AnswerAsync(context, path, updated, options);
    }

    public async Task PatchAsync(HttpContext context, ResourcePath path)
    {
        var type = RequestBody.MediaType(context);
        var body = await RequestBody.ReadAsync(context) ?? throw StatusException.BadRequest("the patch is empty");
        var options = Options(context, path);
        if (type.Contains("apply-patch", StringComparison.Ordinal))
        {
            await ApplyAsync(context, path, body, options);
            return;
        }
        var patched = writer.Update(path.Kind, path.Namespace, path.Name, current => Patched(path.Kind, current, body, type), options);
        await AnswerAsync(context, path, patched, options);
    }

    public async Task DeleteAsync(HttpContext context, ResourcePath path)
    {
        var request = await ReadDeleteAsync(context);
        var (value, gone) = remover.Delete(path.Kind, path.Namespace, path.Name, request);
        if (gone && path.Kind.StorageKey != "/pods")
            await Answers.WriteAsync(context, Deleted(path.Kind, value));
        else
            await Answers.WriteAsync(context, new Rendering(path.Kind, context, time).One(value));
    }

    public async Task DeleteCollectionAsync(HttpContext context, ResourcePath path)
    {
        var request = await ReadDeleteAsync(context);
        var matches = ListHandler.Filter(context, path);
        var victims = store.List(path.Kind.StorageKey, path.Namespace).Where(matches).ToList();
        foreach (var victim in victims)
            DeleteIfThere(path.Kind, victim, request);
        await Answers.WriteAsync(context, new Rendering(path.Kind, context, time).List(victims, []));
    }

    internal static JsonObject Patched(ResourceKind kind, JsonObject current, JsonNode patch, string type)
    {
        var patched = type switch
        {
            "application/merge-patch+json" => MergePatch.Apply(current, patch),
            "application/json-patch+json" => JsonPatch.Apply(current, patch),
            "application/strategic-merge-patch+json" when kind.IsCustom || kind.Plural == "customresourcedefinitions" =>
                throw StatusException.UnsupportedMedia(
                    "the body of the request was in an unknown format - accepted media types include: " +
                    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"),
            "application/strategic-merge-patch+json" => StrategicMergePatch.Apply(current, (JsonObject)patch, kind.Schema),
            _ => throw StatusException.UnsupportedMedia($"the body of the request was in an unknown format: {type}"),
        };
        return patched as JsonObject ?? throw StatusException.BadRequest("the patched document is not an object");
    }

    internal static WriteOptions Options(HttpContext context, ResourcePath path)
    {
        var query = context.Request.Query;
        var manager = query["fieldManager"].ToString();
        if (manager.Length == 0)
            manager = context.Request.Headers.UserAgent.ToString().Split('/')[0];
        return new WriteOptions(manager.Length == 0 ? "unknown" : manager)
        {
            Subresource = path.Subresource,
            DryRun = query["dryRun"] == "All",
            FieldValidation = query["fieldValidation"] is [{ Length: > 0 } given, ..] ? given : "Warn",
        };
    }

    internal static async Task<DeleteRequest> ReadDeleteAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context);
        var query = context.Request.Query;
        var orphan = body.Flag("orphanDependents") ? "Orphan" : null;
        return new DeleteRequest
        {
            GracePeriodSeconds = body.Number("gracePeriodSeconds")
                ?? (long.TryParse(query["gracePeriodSeconds"], out var grace) ? grace : null),
            Propagation = body.Text("propagationPolicy") ?? (query["propagationPolicy"] is [{ Length: > 0 } policy, ..] ? policy : orphan),
            Uid = body.Text("preconditions", "uid"),
            ResourceVersion = body.Text("preconditions", "resourceVersion"),
            DryRun = query["dryRun"] == "All" || (body.ArrayAt("dryRun") ?? []).Any(one => one.AsText() == "All"),
        };
    }

    private async Task ApplyAsync(HttpContext context, ResourcePath path, JsonNode body, WriteOptions options)
    {
        if (!context.Request.Query.ContainsKey("fieldManager"))
            throw new StatusException(
                422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        var force = context.Request.Query["force"] == "true";
        var applied = writer.Apply(path.Kind, path.Namespace, path.Name, (JsonObject)body, options, force, out var created);
        await AnswerAsync(context, path, applied, options, created ? 201 : 200);
    }

    private void DeleteIfThere(ResourceKind kind, JsonObject victim, DeleteRequest request)
    {
        try
        {
            remover.Delete(kind, victim.Namespace(), victim.Name(), request);
        }
        catch (StatusException gone) when (gone.Code == 404)
        {
            // Somebody else deleted it first: what was wanted.
        }
    }

    private Task AnswerAsync(HttpContext context, ResourcePath path, JsonObject value, WriteOptions options, int code = 200)
    {
        foreach (var warning in options.Warnings)
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return Answers.WriteAsync(context, new Rendering(path.Kind, context, time).One(value), code);
    }

    private static string NamespaceOf(ResourcePath path, JsonObject body)
    {
        if (!path.Kind.Namespaced)
            return "";
        return path.Namespace.Length > 0
            ? path.Namespace
            : throw StatusException.BadRequest($"an empty namespace may not be set during creation of {body.Name()}");
    }

    private static JsonObject Deleted(ResourceKind kind, JsonObject value)
    {
        var details = new JsonObject { ["name"] = value.Name(), ["kind"] = kind.Plural, ["uid"] = value.Uid() };
        if (kind.Group.Length > 0)
            details["group"] = kind.Group;
        return new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details
        };
    }
}
