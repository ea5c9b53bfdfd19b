using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Reads a message's action rows within their limits ("Component Reference", Action Row, Button and String Select).</summary>
internal static class ComponentRules
{
    private const int Row = 1;
    private const int Button = 2;
    private const int StringSelect = 3;
    private const int Link = 5;

    public static ImmutableArray<ImmutableArray<DiscordComponent>> Read(JsonObject body, FormErrors errors, string path)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<DiscordComponent>>();
        foreach (var (row, at) in errors.Objects(body, "components", path, 5))
        {
            if (Type(row) != Row) errors.Choice($"{at}.type", $"{Row}");
            else rows.Add(Parts(row, errors, at, ids));
        }
        return rows.ToImmutable();
    }

    public static int Type(JsonObject json) => json["type"] is JsonValue value && value.TryGetValue(out int type) ? type : 0;

    private static ImmutableArray<DiscordComponent> Parts(JsonObject row, FormErrors errors, string at, HashSet<string> ids)
    {
        var parts = ImmutableArray.CreateBuilder<DiscordComponent>();
        foreach (var (json, place) in errors.Objects(row, "components", at, 5, least: 1))
        {
            parts.Add(Type(json) switch
            {
                Button => ReadButton(json, errors, place),
                StringSelect => ReadSelect(json, errors, place),
                _ => Unknown(json, errors, place),
            });
            if (parts[^1].CustomId is { } id && !ids.Add(id))
                errors.Add($"{place}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
        }
        if (parts.Any(p => p.Type == StringSelect) && parts.Count > 1)
            errors.Add($"{at}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width");
        return parts.ToImmutable();
    }

    private static DiscordComponent ReadButton(JsonObject json, FormErrors errors, string at)
    {
        var style = json["style"] is JsonValue value && value.TryGetValue(out int number) ? number : 0;
        if (style is < 1 or > 6) errors.Choice($"{at}.style", "1, 2, 3, 4, 5, 6");
        var label = errors.Text(json, "label", at, 0, 80);
        if (string.IsNullOrEmpty(label) && json["emoji"] is null && style != 6)
            errors.Add(at, "BUTTON_COMPONENT_LABEL_REQUIRED", "A button must have a label or an emoji");
        var id = errors.Text(json, "custom_id", at, 1, 100);
        var url = errors.Text(json, "url", at, 1, 512);
        if (style == Link && url is null) errors.Required($"{at}.url");
        if (style is > 0 and < Link && id is null) errors.Add(at, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required");
        if (id is not null && url is not null)
            errors.Add(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified");
        return new(Button, label, id, style, url, Flag(json, "disabled"), json.ToJsonString());
    }

    private static DiscordComponent ReadSelect(JsonObject json, FormErrors errors, string at)
    {
        var id = errors.Text(json, "custom_id", at, 1, 100, required: true);
        var placeholder = errors.Text(json, "placeholder", at, 0, 150);
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (option, place) in errors.Objects(json, "options", at, 25, least: 1))
        {
            errors.Text(option, "label", place, 1, 100, required: true);
            errors.Text(option, "description", place, 0, 100);
            if (errors.Text(option, "value", place, 1, 100, required: true) is { } value && !values.Add(value))
                errors.Add($"{place}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used");
        }
        return new(StringSelect, placeholder, id, 0, null, Flag(json, "disabled"), json.ToJsonString());
    }

    private static DiscordComponent Unknown(JsonObject json, FormErrors errors, string at)
    {
        errors.Choice($"{at}.type", "2, 3, 5, 6, 7, 8");
        return new(Type(json), null, null, 0, null, false, json.ToJsonString());
    }

    public static bool Flag(JsonObject json, string name) => json[name]?.GetValueKind() == JsonValueKind.True;
}
