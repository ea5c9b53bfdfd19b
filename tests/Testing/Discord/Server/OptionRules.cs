using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>What Discord's client lets a person type: the options a command declares, of their type, from their choices.</summary>
internal sealed class OptionRules(JsonObject resolved)
{
    private readonly JsonObject _resolved = resolved;

    /// <summary>Finds "group sub" under a command; the innermost options are what a person fills in.</summary>
    public static (JsonObject Leaf, List<JsonObject> Nesting) Descend(JsonObject command, IEnumerable<string> names)
    {
        var nesting = new List<JsonObject>();
        var at = command;
        foreach (var name in names)
        {
            at = Declared(at).Find(o => (int)o["type"]! <= 2 && (string)o["name"]! == name)
                ?? throw new InvalidOperationException($"/{command["name"]} has no {name}");
            nesting.Add(at);
        }
        if (Declared(at).Exists(o => (int)o["type"]! <= 2)) throw new InvalidOperationException($"/{command["name"]} needs a sub-command");
        return (at, nesting);
    }

    public JsonArray Fill(JsonObject leaf, IReadOnlyList<(string Name, object Value)> given, string? focused = null)
    {
        var declared = Declared(leaf);
        var filled = new JsonArray();
        foreach (var (name, value) in given)
        {
            var option = declared.Find(o => (string)o["name"]! == name) ?? throw Refused($"there is no option {name}");
            var json = new JsonObject { ["name"] = name, ["type"] = (int)option["type"]! };
            // Half-typed values come as text whatever the type is ("Application Commands", Autocomplete).
            json["value"] = focused == name ? value.ToString() : Value(option, name, value);
            if (focused == name) json["focused"] = true;
            filled.Add((JsonNode)json);
        }
        if (focused is not null) return filled;
        var missing = declared.Find(o => ComponentRules.Flag(o, "required") && given.All(g => g.Name != (string)o["name"]!));
        return missing is null ? filled : throw Refused($"{missing["name"]} is required");
    }

    private static List<JsonObject> Declared(JsonObject of) => [.. (of["options"] as JsonArray ?? []).OfType<JsonObject>()];

    private JsonNode Value(JsonObject option, string name, object value)
    {
        if (option["choices"] is JsonArray { Count: > 0 } choices)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture);
            var choice = choices.FirstOrDefault(c => c!["name"]!.ToString() == text)
                ?? choices.FirstOrDefault(c => c!["value"]!.ToString() == text);
            return choice?["value"]?.DeepClone() ?? throw Refused($"{name} offers no {text}");
        }
        return ((int)option["type"]!, value) switch
        {
            (3, string text) => Within(option, name, "length", text.Length, text),
            (4, int or long) => Within(option, name, "value", Convert.ToDouble(value), Convert.ToInt64(value)),
            (5, bool yes) => JsonValue.Create(yes),
            (6 or 9, DiscordPerson person) => Resolve("users", person.Id, Wire.User(person)),
            (7, DiscordChannel channel) => Resolve("channels", channel.Id, Partial(channel)),
            (8 or 9, DiscordRole role) => Resolve("roles", role.Id, Partial(role)),
            (10, int or long or double) => Within(option, name, "value", Convert.ToDouble(value), Convert.ToDouble(value)),
            var (type, _) => throw Refused($"{name} is of type {type} and takes no {value.GetType().Name}"),
        };
    }

    private static JsonObject Partial(DiscordChannel channel) =>
        new() { ["id"] = $"{channel.Id}", ["name"] = channel.Name, ["type"] = channel.Type };

    private static JsonObject Partial(DiscordRole role) =>
        new() { ["id"] = $"{role.Id}", ["name"] = role.Name, ["permissions"] = $"{role.Permissions}" };

    private JsonValue Resolve(string kind, ulong id, JsonObject json)
    {
        ((JsonObject)(_resolved[kind] ??= new JsonObject()))[$"{id}"] = json;
        return JsonValue.Create($"{id}");
    }

    private static JsonValue Within<T>(JsonObject option, string name, string what, double size, T value)
    {
        if (option[$"min_{what}"] is { } least && size < Number(least)) throw Refused($"{name} is below {least}");
        if (option[$"max_{what}"] is { } most && size > Number(most)) throw Refused($"{name} is above {most}");
        return JsonValue.Create(value)!;
    }

    private static double Number(JsonNode node) => node.GetValueKind() == JsonValueKind.Number
        ? double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture)
        : throw new InvalidOperationException("a limit is a number");

    private static InvalidOperationException Refused(string why) => new($"Discord would not send it: {why}");
}
