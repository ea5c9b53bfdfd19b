using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Gathers what is wrong with a body, by path, and refuses it with all of it: 50035 ("API Reference", Error Messages).</summary>
internal sealed class FormErrors
{
    private readonly JsonObject _errors = [];

    /// <param name="path">Such as embeds.0.title; empty for the body itself.</param>
    public void Add(string path, string code, string message)
    {
        var at = _errors;
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            at = (JsonObject)(at[part] ??= new JsonObject());
        var list = (JsonArray)(at["_errors"] ??= new JsonArray());
        list.Add((JsonNode)new JsonObject { ["code"] = code, ["message"] = message });
    }

    public void Required(string path) => Add(path, "BASE_TYPE_REQUIRED", "This field is required");

    public void Choice(string path, string allowed) => Add(path, "BASE_TYPE_CHOICES", $"Value must be one of {{{allowed}}}.");

    /// <summary>A text within its length, or null with the error noted.</summary>
    public string? Text(JsonObject from, string name, string path, int least, int most, bool required = false)
    {
        var node = from[name];
        if (node is null)
        {
            if (required) Required(Join(path, name));
            return null;
        }
        if (node.GetValueKind() != JsonValueKind.String)
        {
            Add(Join(path, name), "STRING_TYPE_CONVERT", "Could not interpret as string.");
            return null;
        }
        var text = (string)node!;
        var length = Points(text);
        if (length > most) Add(Join(path, name), "BASE_TYPE_MAX_LENGTH", $"Must be {most} or fewer in length.");
        else if (length < least && length == 0) Required(Join(path, name));
        else if (length < least) Add(Join(path, name), "BASE_TYPE_MIN_LENGTH", $"Must be {least} or more in length.");
        return text;
    }

    /// <summary>A list within its length; empty when it is absent or no list.</summary>
    public IReadOnlyList<JsonNode?> List(JsonObject from, string name, string path, int most, int least = 0)
    {
        var node = from[name];
        if (node is not null and not JsonArray) Add(Join(path, name), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        var list = node as JsonArray ?? [];
        if (list.Count > most || list.Count < least)
            Add(Join(path, name), "BASE_TYPE_BAD_LENGTH", $"Must be between {Math.Max(1, least)} and {most} in length.");
        return [.. list];
    }

    /// <summary>The objects of a list, each with its path.</summary>
    public IEnumerable<(JsonObject Item, string Path)> Objects(JsonObject from, string name, string path, int most, int least = 0)
    {
        var index = 0;
        foreach (var node in List(from, name, path, most, least))
        {
            var at = $"{Join(path, name)}.{index++}";
            if (node is JsonObject item) yield return (item, at);
            else Add(at, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
        }
    }

    public void ThrowIfAny()
    {
        if (_errors.Count > 0) throw new ApiRefusal(400, 50035, "Invalid Form Body") { Errors = _errors };
    }

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Discord counts code points, not UTF-16 units.</summary>
    public static int Points(string text) => text.EnumerateRunes().Count();
}
