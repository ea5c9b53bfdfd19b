using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Admission;

/// <summary>Checks CustomResourceDefinitions and gives them the status the real server gives once it serves them.</summary>
internal static class DefinitionRules
{
    public static void Check(JsonObject definition, List<FieldError> errors)
    {
        var plural = definition.Text("spec", "names", "plural");
        var group = definition.Text("spec", "group");
        foreach (var path in (string[][])[["spec", "group"], ["spec", "scope"], ["spec", "names", "plural"], ["spec", "names", "kind"]])
            if (string.IsNullOrEmpty(definition.Text(path)))
                errors.Add(FieldError.Required(string.Join('.', path)));
        if (definition.Name() != $"{plural}.{group}")
            errors.Add(FieldError.Invalid("metadata.name", definition.Name(), "must be spec.names.plural+\".\"+spec.group"));
        if (definition.ItemsAt("spec", "versions").Count(version => version.Flag("storage")) != 1)
            errors.Add(FieldError.Invalid("spec.versions", null, "must have exactly one version marked as storage version"));
        var i = 0;
        foreach (var version in definition.ItemsAt("spec", "versions"))
        {
            if (version.At("schema", "openAPIV3Schema") is null)
                errors.Add(FieldError.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required"));
            i++;
        }
    }

    /// <summary>Names accepted, Established: true at once, because the catalog changes in the same step as the store.</summary>
    public static void Establish(JsonObject definition, string now)
    {
        var names = definition.Child("spec").Child("names");
        var kind = names.Text("kind") ?? "";
        names["singular"] ??= kind.ToLowerInvariant();
        names["listKind"] ??= kind + "List";
        definition.Child("spec")["conversion"] ??= new JsonObject { ["strategy"] = "None" };
        definition["status"] = new JsonObject
        {
            ["acceptedNames"] = names.DeepClone(),
            ["storedVersions"] = new JsonArray(
                [.. definition.ItemsAt("spec", "versions").Where(version => version.Flag("storage"))
                    .Select(version => version["name"]?.DeepClone())]),
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)),
        };
    }

    private static JsonObject Condition(string type, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = now,
        ["reason"] = reason,
        ["message"] = message,
    };
}
