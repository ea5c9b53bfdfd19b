using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Registering commands, for everyone or for one guild ("Application Commands", Endpoints).</summary>
internal static class CommandRoutes
{
    private const int Most = 100;

    public static JsonNode List(World world, ApiRequest request) =>
        new JsonArray([.. Scope(world, request).Select(c => c.DeepClone())]);

    public static JsonNode Get(World world, ApiRequest request) => Find(world, request).DeepClone();

    /// <summary>A command of the same name is overwritten and answered with 200, a new one with 201.</summary>
    public static JsonNode Create(World world, ApiRequest request)
    {
        var commands = Scope(world, request);
        var errors = new FormErrors();
        CommandRules.Check(request.Body, errors, "");
        errors.ThrowIfAny();
        var before = Same(commands, request.Body);
        if (before is null && commands.Count >= Most) throw TooMany();
        request.Status = before is null ? 201 : 200;
        var made = Made(world, request, request.Body, before);
        if (before is not null) commands.Remove(before);
        commands.Add(made);
        world.Pulse.Beat();
        return made.DeepClone();
    }

    public static JsonNode Overwrite(World world, ApiRequest request)
    {
        var commands = Scope(world, request);
        if (request.Json is not JsonArray list) throw ApiRefusal.Malformed();
        if (list.Count > Most) throw TooMany();
        var errors = new FormErrors();
        var names = new HashSet<(int, string?)>();
        for (var i = 0; i < list.Count; i++)
        {
            var command = list[i] as JsonObject ?? [];
            CommandRules.Check(command, errors, $"{i}");
            if (!names.Add((CommandRules.Type(command), command["name"]?.ToString())))
                errors.Add($"{i}", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique");
        }
        errors.ThrowIfAny();
        var made = list.Select(c => Made(world, request, (JsonObject)c!, Same(commands, (JsonObject)c!))).ToList();
        commands.Clear();
        commands.AddRange(made);
        world.Pulse.Beat();
        return List(world, request);
    }

    public static JsonNode Edit(World world, ApiRequest request)
    {
        var before = Find(world, request);
        var after = (JsonObject)before.DeepClone();
        foreach (var (name, value) in request.Body) after[name] = value?.DeepClone();
        var errors = new FormErrors();
        CommandRules.Check(after, errors, "");
        errors.ThrowIfAny();
        after["version"] = $"{world.Ids.Next()}";
        var commands = Scope(world, request);
        commands[commands.IndexOf(before)] = after;
        world.Pulse.Beat();
        return after.DeepClone();
    }

    public static JsonNode? Delete(World world, ApiRequest request)
    {
        Scope(world, request).Remove(Find(world, request));
        world.Pulse.Beat();
        return null;
    }

    private static List<JsonObject> Scope(World world, ApiRequest request)
    {
        if (request.Id("app") != world.BotId)
            throw new ApiRefusal(403, 20012, "You are not authorized to perform this action on this application");
        if (!request.Has("guild")) return world.Commands.In(0);
        return world.Guild(request.Id("guild")) is { } guild
            ? world.Commands.In(guild.Id)
            : throw new ApiRefusal(403, 50001, "Missing Access");
    }

    private static JsonObject Find(World world, ApiRequest request) =>
        Scope(world, request).Find(c => (string?)c["id"] == request["command"]) ?? throw ApiRefusal.Missing(10063, "application command");

    private static JsonObject? Same(List<JsonObject> commands, JsonObject command) => commands.Find(
        c => c["name"]?.ToString() == command["name"]?.ToString() && CommandRules.Type(c) == CommandRules.Type(command));

    private static JsonObject Made(World world, ApiRequest request, JsonObject body, JsonObject? before)
    {
        var made = new JsonObject
        {
            ["id"] = before?["id"]?.ToString() ?? $"{world.Ids.Next()}",
            ["application_id"] = $"{world.BotId}",
            ["version"] = $"{world.Ids.Next()}",
            ["type"] = 1,
            ["default_member_permissions"] = null,
            ["nsfw"] = false,
            ["description"] = "",
        };
        if (request.Has("guild")) made["guild_id"] = request["guild"];
        foreach (var (name, value) in body) made[name] = value?.DeepClone();
        return made;
    }

    private static ApiRefusal TooMany() => new(400, 30032, $"Maximum number of application commands reached ({Most})");
}
