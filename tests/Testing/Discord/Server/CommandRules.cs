using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Checks commands and their options before they are registered ("Application Commands", Application Command Object).</summary>
internal static partial class CommandRules
{
    private const int ChatInput = 1;
    private const int SubCommand = 1;
    private const int SubCommandGroup = 2;
    private const int MostCharacters = 8000;

    public static int Type(JsonObject command) => command["type"] is JsonValue value && value.TryGetValue(out int type) ? type : ChatInput;

    public static void Check(JsonObject command, FormErrors errors, string path)
    {
        var chat = Type(command) == ChatInput;
        if (Type(command) is < 1 or > 4) errors.Choice(FormErrors.Join(path, "type"), "1, 2, 3, 4");
        var name = errors.Text(command, "name", path, 1, 32, required: true);
        if (chat) CheckName(name, errors, path);
        errors.Text(command, "description", path, chat ? 1 : 0, chat ? 100 : 0, required: chat);
        if (command["default_member_permissions"] is { } bits && !ulong.TryParse(bits.ToString(), out _))
            errors.Add(FormErrors.Join(path, "default_member_permissions"), "NUMBER_TYPE_COERCE", $"Value \"{bits}\" is not int.");
        CheckOptions(command, errors, path, depth: 0);
        if (Characters(command) > MostCharacters)
            errors.Add(path, "APPLICATION_COMMAND_TOO_LARGE", $"Command exceeds maximum size ({MostCharacters})");
    }

    private static void CheckName(string? name, FormErrors errors, string path)
    {
        if (name is null || (Name().IsMatch(name) && !name.Any(char.IsUpper))) return;
        errors.Add(
            FormErrors.Join(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }

    private static void CheckOptions(JsonObject of, FormErrors errors, string path, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var optional = false;
        var kinds = new HashSet<bool>();
        foreach (var (option, at) in errors.Objects(of, "options", path, 25))
        {
            var type = option["type"] is JsonValue value && value.TryGetValue(out int number) ? number : 0;
            if (type is < 1 or > 11) errors.Choice($"{at}.type", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11");
            var name = errors.Text(option, "name", at, 1, 32, required: true);
            CheckName(name, errors, at);
            errors.Text(option, "description", at, 1, 100, required: true);
            if (name is not null && !names.Add(name))
                errors.Add($"{at}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists in these options");
            if (ComponentRules.Flag(option, "required") && optional)
                errors.Add(
                    at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options");
            optional |= type > SubCommandGroup && !ComponentRules.Flag(option, "required");
            kinds.Add(type <= SubCommandGroup);
            if (type <= SubCommandGroup) CheckNested(option, type, errors, at, depth);
            else CheckValues(option, type, errors, at);
        }
        if (kinds.Count > 1)
            errors.Add(
                FormErrors.Join(path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "Sub-command and sub-command group option types are mutually exclusive to all other types");
    }

    private static void CheckNested(JsonObject option, int type, FormErrors errors, string at, int depth)
    {
        if ((type == SubCommand && depth > 1) || (type == SubCommandGroup && depth > 0))
            errors.Add($"{at}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands nest two levels at most");
        CheckOptions(option, errors, at, depth + (type == SubCommand ? 2 : 1));
    }

    private static void CheckValues(JsonObject option, int type, FormErrors errors, string at)
    {
        var choices = 0;
        foreach (var (choice, place) in errors.Objects(option, "choices", at, 25))
        {
            choices++;
            CheckChoice(choice, type, errors, place);
        }
        if (choices == 0) return;
        if (type is not (3 or 4 or 10))
            errors.Add($"{at}.choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This option type takes no choices");
        if (ComponentRules.Flag(option, "autocomplete"))
            errors.Add($"{at}.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", "Autocomplete cannot be set with choices");
    }

    public static void CheckChoice(JsonObject choice, int type, FormErrors errors, string at)
    {
        errors.Text(choice, "name", at, 1, 100, required: true);
        if (choice["value"] is not { } value)
        {
            errors.Required($"{at}.value");
            return;
        }
        var isText = value.GetValueKind() == JsonValueKind.String;
        if (type == 3 && isText) errors.Text(choice, "value", at, 0, 100);
        else if (type == 3) errors.Add($"{at}.value", "STRING_TYPE_CONVERT", "Could not interpret as string.");
        else if (isText || (type == 4 && !long.TryParse(value.ToJsonString(), out _)))
            errors.Add($"{at}.value", "NUMBER_TYPE_COERCE", $"Value {value.ToJsonString()} is not int.");
    }

    /// <summary>Names, descriptions and choice values, of everything inside too.</summary>
    private static int Characters(JsonNode? node) => node switch
    {
        JsonObject json => json.Sum(p => p.Key is "name" or "description" or "value" && p.Value is JsonValue text
            ? text.ToString().Length
            : Characters(p.Value)),
        JsonArray list => list.Sum(Characters),
        _ => 0,
    };

    // \p{sc=Deva} and \p{sc=Thai} of the documented expression are the marks letters of those scripts carry.
    [GeneratedRegex(@"^[-_'\p{L}\p{N}\u0900-\u097F\u0E00-\u0E7F]{1,32}$")]
    private static partial Regex Name();
}
