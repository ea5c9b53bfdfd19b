using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>
/// Reads a modal within its limits ("Receiving and Responding", Modal; "Component Reference", Text Input and Label). A text input
/// sits in a Label, or in an action row as it used to.
/// </summary>
internal static class ModalRules
{
    private const int Row = 1;
    private const int TextInput = 4;
    private const int Label = 18;

    public static DiscordModal Read(DiscordInteraction shownFor, JsonObject data)
    {
        var errors = new FormErrors();
        var id = errors.Text(data, "custom_id", "data", 1, 100, required: true) ?? "";
        var title = errors.Text(data, "title", "data", 1, 45, required: true) ?? "";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var inputs = ImmutableArray.CreateBuilder<DiscordTextInput>();
        foreach (var (json, at) in errors.Objects(data, "components", "data", 5, least: 1))
        {
            inputs.Add(Part(json, errors, at));
            if (!ids.Add(inputs[^1].CustomId))
                errors.Add(at, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
        }
        errors.ThrowIfAny();
        return new(shownFor, id, title, inputs.ToImmutable());
    }

    private static DiscordTextInput Part(JsonObject json, FormErrors errors, string at)
    {
        switch (ComponentRules.Type(json))
        {
            case Row:
                var (input, place) = errors.Objects(json, "components", at, 1, least: 1).FirstOrDefault();
                return Input(input ?? [], errors, place ?? at, null);
            case Label:
                var label = errors.Text(json, "label", at, 1, 45, required: true) ?? "";
                errors.Text(json, "description", at, 0, 100);
                return Input(json["component"] as JsonObject ?? [], errors, $"{at}.component", label);
            default:
                errors.Choice($"{at}.type", "1, 10, 18");
                return new("", "", false, false, 0, 0, null, null);
        }
    }

    private static DiscordTextInput Input(JsonObject json, FormErrors errors, string at, string? label)
    {
        if (ComponentRules.Type(json) != TextInput) errors.Choice($"{at}.type", "4");
        var style = Number(json, "style", 0);
        if (style is not (1 or 2)) errors.Choice($"{at}.style", "1, 2");
        var id = errors.Text(json, "custom_id", at, 1, 100, required: true) ?? "";
        var own = label ?? errors.Text(json, "label", at, 1, 45, required: true) ?? "";
        var placeholder = errors.Text(json, "placeholder", at, 0, 100);
        var (least, most) = (Number(json, "min_length", 0), Number(json, "max_length", 4000));
        if (least is < 0 or > 4000) errors.Add($"{at}.min_length", "NUMBER_TYPE_MAX", "int value should be between 0 and 4000.");
        if (most is < 1 or > 4000) errors.Add($"{at}.max_length", "NUMBER_TYPE_MAX", "int value should be between 1 and 4000.");
        var value = errors.Text(json, "value", at, 0, most);
        var required = json["required"] is null || ComponentRules.Flag(json, "required");
        return new(id, own, style == 2, required, least, most, value, placeholder) { InLabel = label is not null };
    }

    private static int Number(JsonObject json, string name, int otherwise) =>
        json[name] is JsonValue value && value.TryGetValue(out int number) ? number : otherwise;
}
