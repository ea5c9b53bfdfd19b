using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>A list of commands for each scope and language, none inherited (Bot API, setMyCommands and BotCommandScope).</summary>
internal sealed partial class CommandMenus
{
    private static readonly string[] Scopes =
        ["default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators", "chat_member"];

    private readonly Dictionary<(string Scope, string Language), List<(string Command, string Description)>> _lists = [];

    public static JsonNode Set(World world, ApiRequest request)
    {
        var key = Key(world, request);
        var commands = (request.Json("commands", "commands") as JsonArray ?? []).Select(Read).ToList();
        if (commands.Count > 100) throw ApiRefusal.Bad("BOT_COMMANDS_TOO_MUCH");
        if (commands.Any(c => !Name().IsMatch(c.Command))) throw ApiRefusal.Bad("BOT_COMMAND_INVALID");
        if (commands.Count == 0) world.Menus._lists.Remove(key);
        else world.Menus._lists[key] = commands;
        return true;
    }

    public static JsonNode Get(World world, ApiRequest request) => ToJson(world.Menus.List(Key(world, request)));

    public static JsonNode Delete(World world, ApiRequest request)
    {
        world.Menus._lists.Remove(Key(world, request));
        return true;
    }

    /// <summary>Scope as the bot wrote it, such as "default" or "chat -1001".</summary>
    public IReadOnlyList<(string Command, string Description)> List(string scope, string language) => List((scope, language));

    private List<(string Command, string Description)> List((string, string) key) => _lists.GetValueOrDefault(key) ?? [];

    private static (string Command, string Description) Read(JsonNode? json)
    {
        if (json is not JsonObject) throw ApiRefusal.Bad("can't parse BotCommand: Object expected");
        var command = ((string?)json["command"] ?? "").Trim().TrimStart('/');
        var description = ((string?)json["description"] ?? "").Trim();
        if (command.Length == 0) throw ApiRefusal.Bad("command must be non-empty");
        if (command.Length > 32) throw ApiRefusal.Bad("command length must not exceed 32");
        if (description.Length == 0) throw ApiRefusal.Bad("command description must be non-empty");
        if (description.Length > 256) throw ApiRefusal.Bad("command description length must not exceed 256");
        return (command, description);
    }

    private static (string, string) Key(World world, ApiRequest request)
    {
        var language = request.Text("language_code") ?? "";
        if (!Language().IsMatch(language)) throw ApiRefusal.Bad("invalid language code specified");
        var scope = request.Json("scope", "BotCommandScope");
        var type = (string?)scope?["type"] ?? "default";
        if (!Scopes.Contains(type)) throw ApiRefusal.Bad("can't parse BotCommandScope: Unsupported type specified");
        if (!type.StartsWith("chat", StringComparison.Ordinal)) return (type, language);
        var chat = ChatMethods.Find(world, scope!["chat_id"]?.ToString());
        return type == "chat_member" ? ($"{type} {chat.Id} {scope["user_id"]}", language) : ($"{type} {chat.Id}", language);
    }

    private static JsonArray ToJson(List<(string Command, string Description)> commands) =>
        new([.. commands.Select(c => new JsonObject { ["command"] = c.Command, ["description"] = c.Description })]);

    [GeneratedRegex("^[a-z0-9_]{1,32}$")]
    private static partial Regex Name();

    [GeneratedRegex("^([a-z]{2})?$")]
    private static partial Regex Language();
}
