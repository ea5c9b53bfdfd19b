using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Admission;

/// <summary>Refuses changes to fields that are fixed once an object exists.</summary>
internal static class Immutability
{
    private static readonly string[] StatefulSetMutable =
    [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ];

    public static void Check(ResourceKind kind, JsonObject before, JsonObject after, List<FieldError> errors)
    {
        switch (kind.GroupResource)
        {
            case "statefulsets.apps":
                if (!SameExcept(before.ObjectAt("spec"), after.ObjectAt("spec"), StatefulSetMutable))
                    errors.Add(FieldError.Forbidden("spec",
                        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
                        "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
                break;
            case "deployments.apps" or "replicasets.apps" or "daemonsets.apps":
                Fixed(before, after, errors, "spec", "selector");
                break;
            case "jobs.batch":
                Fixed(before, after, errors, "spec", "selector");
                Fixed(before, after, errors, "spec", "template");
                Fixed(before, after, errors, "spec", "completions");
                break;
            case "pods":
                CheckPod(before, after, errors);
                break;
            case "persistentvolumeclaims":
                CheckClaim(before, after, errors);
                break;
            case "secrets" or "configmaps" when before.Flag("immutable"):
                if (!JsonReading.Same(before["data"], after["data"]))
                    errors.Add(FieldError.Forbidden("data", "field is immutable when `immutable` is set"));
                break;
        }
        if (kind.IsCustom)
            CheckRules(before, after, kind.Schema, "", errors);
    }

    private static void CheckPod(JsonObject before, JsonObject after, List<FieldError> errors)
    {
        if (SamePod(before.ObjectAt("spec"), after.ObjectAt("spec")))
            return;
        errors.Add(FieldError.Forbidden("spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
            "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
            "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
    }

    private static bool SamePod(JsonObject? before, JsonObject? after)
    {
        JsonObject Fixed(JsonObject? spec)
        {
            var rest = spec?.Copy() ?? [];
            foreach (var container in Templates.Containers(rest))
                container.Remove("image");
            string[] mutable = ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName", "ephemeralContainers"];
            foreach (var name in mutable)
                rest.Remove(name);
            return rest;
        }
        var bound = before.Text("nodeName");
        return (bound is null || bound == after.Text("nodeName")) && JsonReading.Same(Fixed(before), Fixed(after));
    }

    private static void CheckClaim(JsonObject before, JsonObject after, List<FieldError> errors)
    {
        string[] mutable = before.Text("spec", "volumeName") is null
            ? ["resources", "volumeName", "volumeAttributesClassName"]
            : ["resources", "volumeAttributesClassName"];
        if (!SameExcept(before.ObjectAt("spec"), after.ObjectAt("spec"), mutable))
            errors.Add(FieldError.Forbidden("spec",
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
    }

    private static void Fixed(JsonObject before, JsonObject after, List<FieldError> errors, params ReadOnlySpan<string> path)
    {
        if (!JsonReading.Same(before.At(path), after.At(path)))
            errors.Add(FieldError.Invalid(string.Join('.', path.ToArray()), after.At(path), "field is immutable"));
    }

    private static bool SameExcept(JsonObject? before, JsonObject? after, string[] mutable) =>
        (before ?? []).Select(field => field.Key).Union((after ?? []).Select(field => field.Key)).Except(mutable)
            .All(name => JsonReading.Same(before?[name], after?[name]));

    /// <summary>
    /// Obeys the one CEL rule that makes a field immutable, <c>self == oldSelf</c>; other rules need a CEL engine and are not judged.
    /// </summary>
    private static void CheckRules(JsonNode? before, JsonNode? after, Schema schema, string path, List<FieldError> errors)
    {
        if (before is null || after is null)
            return;
        var rule = schema.Source.ItemsAt("x-kubernetes-validations")
            .FirstOrDefault(one => one.Text("rule")?.Replace(" ", "") == "self==oldSelf");
        if (rule is not null && !JsonReading.Same(before, after))
            errors.Add(FieldError.Invalid(
                path, after is JsonObject ? "object" : after, rule.Text("message") ?? "failed rule: self == oldSelf"));
        if (after is JsonObject map)
            foreach (var (name, property) in schema.Properties.Where(property => property.Value.Source is not null))
                CheckRules(before.At(name), map[name], property, path.Length == 0 ? name : $"{path}.{name}", errors);
    }
}
