using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Schemas;

/// <summary>Checks an object against a structural schema and words refusals as apiextensions does.</summary>
internal static class SchemaValidation
{
    public static IReadOnlyList<FieldError> Check(JsonNode? node, Schema schema)
    {
        var errors = new List<FieldError>();
        Visit(node, schema, "", errors);
        return errors;
    }

    private static void Visit(JsonNode? node, Schema schema, string path, List<FieldError> errors)
    {
        if (node is null)
        {
            if (!schema.IsNullable && schema.Type is not null)
                errors.Add(FieldError.Invalid(Named(path), "null", $"{Named(path)} in body must be of type {schema.Type}: \"null\""));
            return;
        }
        if (!HasType(node, schema, out var expected))
        {
            errors.Add(FieldError.Invalid(
                Named(path), ActualType(node), $"{Named(path)} in body must be of type {expected}: {Quoted(ActualType(node))}"));
            return;
        }
        if (schema.Limits is { } limits)
            CheckLimits(node, limits, path, errors);
        if (node is JsonObject map)
            VisitObject(map, schema, path, errors);
        else if (node is JsonArray list && schema.Items is { } items)
            for (var i = 0; i < list.Count; i++)
                Visit(list[i], items, $"{path}[{i}]", errors);
    }

    private static void VisitObject(JsonObject map, Schema schema, string path, List<FieldError> errors)
    {
        foreach (var name in schema.Required.Where(name => !map.ContainsKey(name)))
            errors.Add(FieldError.Required(Join(path, name)));
        foreach (var (name, value) in map)
            if (schema.Field(name) is { } field && !(value is null && !schema.Required.Contains(name)))
                Visit(value, field, Join(path, name), errors);
    }

    private static bool HasType(JsonNode node, Schema schema, out string expected)
    {
        var kind = node.GetValueKind();
        expected = schema.IsIntOrString ? "integer,string" : schema.Type ?? "";
        if (schema.IsIntOrString)
            return kind is JsonValueKind.String || (kind == JsonValueKind.Number);
        return schema.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && Number(node) % 1 == 0,
            "number" => kind == JsonValueKind.Number,
            _ => true,
        };
    }

    private static void CheckLimits(JsonNode node, SchemaLimits limits, string path, List<FieldError> errors)
    {
        if (limits.Enum is { } allowed && !allowed.Any(one => JsonReading.Same(one, node)))
            errors.Add(FieldError.NotSupported(path, node, allowed.Select(one => one.AsText() ?? one?.ToJsonString() ?? "null")));
        if (node.AsText() is { } text)
            CheckText(text, limits, path, errors);
        else if (node.GetValueKind() == JsonValueKind.Number)
            CheckNumber(node, limits, path, errors);
        else if (node is JsonArray list)
            CheckCount(node, list.Count, limits.MinItems, limits.MaxItems, path, "items", errors);
        else if (node is JsonObject map)
            CheckCount(node, map.Count, limits.MinProperties, limits.MaxProperties, path, "properties", errors);
    }

    private static void CheckText(string text, SchemaLimits limits, string path, List<FieldError> errors)
    {
        if (limits.Pattern is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should match '{pattern}'"));
        if (text.Length < limits.MinLength)
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should be at least {limits.MinLength} chars long"));
        if (text.Length > limits.MaxLength)
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should be at most {limits.MaxLength} chars long"));
        if (limits.Format == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
            errors.Add(FieldError.Invalid(path, text, $"{path} in body must be of type date-time: {Quoted(text)}"));
    }

    private static void CheckNumber(JsonNode node, SchemaLimits limits, string path, List<FieldError> errors)
    {
        var number = Number(node);
        if (limits.Minimum is { } minimum && (limits.ExclusiveMinimum ? number <= minimum : number < minimum))
            errors.Add(FieldError.Invalid(
                path, node, $"{path} in body should be greater than{OrEqual(limits.ExclusiveMinimum)} {Plain(minimum)}"));
        if (limits.Maximum is { } maximum && (limits.ExclusiveMaximum ? number >= maximum : number > maximum))
            errors.Add(FieldError.Invalid(
                path, node, $"{path} in body should be less than{OrEqual(limits.ExclusiveMaximum)} {Plain(maximum)}"));
        if (limits.MultipleOf is { } step && Math.Abs(number / step - Math.Round(number / step)) > 1e-9)
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should be a multiple of {Plain(step)}"));
    }

    private static void CheckCount(
        JsonNode node, int count, long? minimum, long? maximum, string path, string what, List<FieldError> errors)
    {
        if (count < minimum)
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should have at least {minimum} {what}"));
        if (count > maximum)
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should have at most {maximum} {what}"));
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static string OrEqual(bool exclusive) => exclusive ? "" : " or equal to";

    private static string Plain(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string? text) => $"\"{text}\"";

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Named(string path) => path.Length == 0 ? "<root>" : path;

    private static string ActualType(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => Number(node) % 1 == 0 ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
