using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Patching;

/// <summary>Applies a JSON patch (RFC 6902): all operations or none; pointers follow RFC 6901.</summary>
internal static class JsonPatch
{
    public static JsonNode? Apply(JsonNode target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            throw StatusException.BadRequest("error decoding patch: a JSON patch is a list of operations");
        var document = (JsonNode?)target.DeepClone();
        foreach (var operation in operations.OfType<JsonObject>())
            document = Step(document, operation);
        return document;
    }

    private static JsonNode? Step(JsonNode? document, JsonObject operation)
    {
        var path = Pointer(operation.Text("path"), operation);
        switch (operation.Text("op"))
        {
            case "add":
                return Add(document, path, operation["value"]?.DeepClone());
            case "remove":
                return Remove(document, path);
            case "replace":
                Get(document, path);
                return path.Length == 0
                    ? operation["value"]?.DeepClone()
                    : Add(Remove(document, path), path, operation["value"]?.DeepClone());
            case "move":
                var moved = Get(document, Pointer(operation.Text("from"), operation))?.DeepClone();
                return Add(Remove(document, Pointer(operation.Text("from"), operation)), path, moved);
            case "copy":
                return Add(document, path, Get(document, Pointer(operation.Text("from"), operation))?.DeepClone());
            case "test":
                return JsonReading.Same(Get(document, path, absentIsNull: true), operation["value"])
                    ? document
                    : throw Refused($"testing value {operation.Text("path")} failed");
            default:
                throw StatusException.BadRequest($"error decoding patch: unknown operation \"{operation.Text("op")}\"");
        }
    }

    private static JsonNode? Get(JsonNode? node, ReadOnlySpan<string> path, bool absentIsNull = false)
    {
        foreach (var step in path)
        {
            if (node is JsonObject map && map.TryGetPropertyValue(step, out var child))
                node = child;
            else if (node is JsonArray list && Index(step, list.Count - 1) is { } at)
                node = list[at];
            else
                return absentIsNull ? null : throw Missing(path);
        }
        return node;
    }

    private static JsonNode? Add(JsonNode? document, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
            return value;
        switch (Get(document, path.AsSpan(..^1)))
        {
            case JsonObject map:
                map[path[^1]] = value;
                return document;
            case JsonArray list when path[^1] == "-":
                list.Add(value);
                return document;
            case JsonArray list when Index(path[^1], list.Count) is { } at:
                list.Insert(at, value);
                return document;
            default:
                throw Missing(path);
        }
    }

    private static JsonNode? Remove(JsonNode? document, string[] path)
    {
        if (path.Length == 0)
            return null;
        switch (Get(document, path.AsSpan(..^1)))
        {
            case JsonObject map when map.Remove(path[^1]):
                return document;
            case JsonArray list when Index(path[^1], list.Count - 1) is { } at:
                list.RemoveAt(at);
                return document;
            default:
                throw Missing(path);
        }
    }

    private static int? Index(string step, int last) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= last ? at : null;

    private static string[] Pointer(string? text, JsonObject operation)
    {
        if (text is null || (text.Length > 0 && text[0] != '/'))
            throw StatusException.BadRequest($"error decoding patch: bad pointer in {operation.ToJsonString()}");
        return text.Length == 0 ? [] : [.. text[1..].Split('/').Select(part => part.Replace("~1", "/").Replace("~0", "~"))];
    }

    private static StatusException Missing(ReadOnlySpan<string> path) =>
        Refused($"the path /{string.Join('/', path.ToArray())} does not exist");

    private static StatusException Refused(string why) =>
        new(422, "Invalid", $"the server rejected our request due to an error in our request: {why}", []);
}
