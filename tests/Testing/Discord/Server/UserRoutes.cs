using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>The bot itself, its application, its guilds, and direct messages ("User", "Application").</summary>
internal static class UserRoutes
{
    public static JsonNode Me(World world, ApiRequest request) => world.Me();

    public static JsonNode Application(World world, ApiRequest request) => new JsonObject
    {
        ["id"] = $"{world.BotId}",
        ["name"] = world.Options.BotUsername,
        ["icon"] = null,
        ["description"] = "",
        ["bot_public"] = false,
        ["bot_require_code_grant"] = false,
        ["verify_key"] = new string('0', 64),
        ["flags"] = 0,
        ["bot"] = world.Me(),
    };

    public static JsonNode Guilds(World world, ApiRequest request) => new JsonArray([.. world.Guilds.Select(g => (JsonNode)new JsonObject
    {
        ["id"] = $"{g.Id}",
        ["name"] = g.Name,
        ["icon"] = null,
        ["owner"] = false,
        ["permissions"] = $"{Permissions.Everyday}",
        ["features"] = new JsonArray(),
    })]);

    public static JsonNode OpenDirectMessage(World world, ApiRequest request)
    {
        var id = ulong.TryParse(request.Body["recipient_id"]?.ToString(), out var number) ? number : 0;
        if (!world.People.TryGetValue(id, out var person)) throw new ApiRefusal(400, 50033, "Invalid Recipient(s)");
        return Wire.Channel(world, world.DirectMessage(person));
    }
}
