using System.Text.Json.Nodes;
using ChatOps.Cluster.Admission;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Writing;

/// <summary>Turns what was sent into what may be stored: unknown fields dropped or refused, defaults filled in, rules checked.</summary>
internal static class Preparation
{
    public static void Normalize(ResourceKind kind, JsonObject value, WriteOptions options)
    {
        if (!kind.IsCustom)
            DropNulls(value);
        else if (value["metadata"] is JsonObject metadata)
            DropNulls(metadata);
        var unknown = UnknownFields.Find(value, kind.Schema, prune: true);
        if (unknown.Count > 0)
            ReportUnknown(kind, unknown, options);
        Defaulting.Apply(value, kind.Schema);
        BuiltInDefaults.Apply(kind, value);
    }

    public static void Check(ResourceKind kind, JsonObject? before, JsonObject value)
    {
        var errors = new List<FieldError>();
        NameRules.Check(kind, value, errors);
        if (kind.IsCustom)
            errors.AddRange(SchemaValidation.Check(value, kind.Schema));
        else
            BuiltInRules.Check(kind, value, errors);
        if (kind.Plural == "customresourcedefinitions")
            DefinitionRules.Check(value, errors);
        if (before is not null && errors.Count == 0)
            Immutability.Check(kind, before, value, errors);
        if (errors.Count > 0)
            throw StatusException.Invalid(kind, value.Name(), errors);
    }

    private static void ReportUnknown(ResourceKind kind, IReadOnlyList<string> unknown, WriteOptions options)
    {
        var texts = unknown.Select(path => $"unknown field \"{path}\"").ToList();
        if (options.FieldValidation == "Warn")
            options.Warnings.AddRange(texts);
        if (options.FieldValidation == "Strict")
            throw StatusException.BadRequest(
                $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: "
                    + $"strict decoding error: {string.Join(", ", texts)}");
    }

    private static void DropNulls(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToArray())
            {
                if (value is null)
                    map.Remove(name);
                else
                    DropNulls(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                DropNulls(item);
        }
    }
}
