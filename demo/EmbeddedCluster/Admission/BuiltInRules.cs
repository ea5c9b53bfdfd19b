using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Schemas;
using ChatOps.Cluster.Selectors;

namespace ChatOps.Cluster.Admission;

/// <summary>Refuses built-in objects that the real server refuses: required fields, selectors, restart policies.</summary>
internal static class BuiltInRules
{
    public static void Check(ResourceKind kind, JsonObject value, List<FieldError> errors)
    {
        CheckShape(kind, value, errors);
        var (spec, path) = Templates.PodSpec(kind, value);
        if (spec is not null)
            CheckPodSpec(spec, path, errors);
        switch (kind.GroupResource)
        {
            case "deployments.apps" or "statefulsets.apps" or "replicasets.apps" or "daemonsets.apps":
                CheckWorkload(value, errors);
                break;
            case "jobs.batch":
                CheckJob(value, errors);
                break;
            case "services":
                CheckService(value, errors);
                break;
            case "persistentvolumeclaims":
                if (value.At("spec", "resources", "requests", "storage") is null)
                    errors.Add(FieldError.Required("spec.resources[storage]"));
                if (value.ArrayAt("spec", "accessModes") is not { Count: > 0 })
                    errors.Add(FieldError.Required("spec.accessModes", "at least 1 access mode is required"));
                break;
        }
    }

    /// <summary>
    /// Wrong JSON types are a decoding failure (400) as in the real server; missing required fields are validation (422).
    /// </summary>
    private static void CheckShape(ResourceKind kind, JsonObject value, List<FieldError> errors)
    {
        foreach (var error in SchemaValidation.Check(value, kind.Schema))
        {
            if (error.Reason == "FieldValueInvalid")
                throw StatusException.BadRequest(
                    $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: "
                        + $"json: cannot unmarshal: {error.Message}");
            if (!error.Field.StartsWith("status", StringComparison.Ordinal))
                errors.Add(error);
        }
    }

    private static void CheckPodSpec(JsonObject spec, string path, List<FieldError> errors)
    {
        if (spec.ArrayAt("containers") is { Count: 0 })
            errors.Add(FieldError.Required($"{path}.containers"));
        var names = new HashSet<string>();
        foreach (var list in (string[])["initContainers", "containers"])
        {
            var i = 0;
            foreach (var container in spec.ItemsAt(list))
                CheckContainer(container, $"{path}.{list}[{i++}]", spec, names, errors);
        }
        var policy = spec.Text("restartPolicy");
        if (policy is not (null or "Always" or "OnFailure" or "Never"))
            errors.Add(FieldError.NotSupported($"{path}.restartPolicy", policy, ["Always", "OnFailure", "Never"]));
    }

    private static void CheckContainer(JsonObject container, string path, JsonObject spec, HashSet<string> names, List<FieldError> errors)
    {
        var name = container.Text("name") ?? "";
        if (name.Length > 0 && !names.Add(name))
            errors.Add(new("FieldValueDuplicate", $"{path}.name", $"Duplicate value: \"{name}\""));
        if (string.IsNullOrEmpty(container.Text("image")))
            errors.Add(FieldError.Required($"{path}.image"));
        var volumes = spec.ItemsAt("volumes").Select(volume => volume.Text("name")).ToHashSet();
        var i = 0;
        foreach (var mount in container.ItemsAt("volumeMounts"))
        {
            // A StatefulSet's claims become volumes only in its pods, so only a pod can be held to this.
            if (path.StartsWith("spec.containers", StringComparison.Ordinal) && !volumes.Contains(mount.Text("name")))
                errors.Add(new("FieldValueNotFound", $"{path}.volumeMounts[{i}].name", $"Not found: \"{mount.Text("name")}\""));
            i++;
        }
    }

    private static void CheckWorkload(JsonObject value, List<FieldError> errors)
    {
        var selector = value.ObjectAt("spec", "selector");
        var labels = value.ObjectAt("spec", "template", "metadata", "labels");
        if (selector is not null && LabelSelector.FromObject(selector).IsEmpty)
            errors.Add(FieldError.Invalid("spec.selector", selector, "empty selector is invalid for workload"));
        else if (selector is not null && !LabelSelector.FromObject(selector).MatchesLabels(labels))
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
        if (value.Number("spec", "replicas") < 0)
            errors.Add(FieldError.Invalid("spec.replicas", value.At("spec", "replicas"), "must be greater than or equal to 0"));
        var policy = value.Text("spec", "template", "spec", "restartPolicy");
        if (policy is not (null or "Always"))
            errors.Add(FieldError.NotSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
    }

    private static void CheckJob(JsonObject value, List<FieldError> errors)
    {
        var policy = value.Text("spec", "template", "spec", "restartPolicy");
        if (policy is "Always")
            errors.Add(FieldError.Invalid(
                "spec.template.spec.restartPolicy", policy, "Required value: valid values: \"OnFailure\", \"Never\""));
    }

    private static void CheckService(JsonObject value, List<FieldError> errors)
    {
        if (value.Text("spec", "type") != "ExternalName" && value.Text("spec", "clusterIP") != "None"
            && value.ArrayAt("spec", "ports") is not { Count: > 0 })
            errors.Add(FieldError.Required("spec.ports"));
    }
}
