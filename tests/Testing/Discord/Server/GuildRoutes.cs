using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>A guild, its roles and its members ("Guild").</summary>
internal static class GuildRoutes
{
    public static JsonNode Get(World world, ApiRequest request) => Wire.Guild(Find(world, request));

    public static JsonNode Roles(World world, ApiRequest request) => Wire.Roles(Find(world, request));

    public static JsonNode Channels(World world, ApiRequest request) => new JsonArray(
        [.. Find(world, request).Channels.Where(c => c is { Parent: null, Deleted: false }).Select(c => (JsonNode)Wire.Channel(world, c))]);

    public static JsonNode Member(World world, ApiRequest request)
    {
        var guild = Find(world, request);
        return world.People.TryGetValue(request.Id("user"), out var person) && guild.Members.ContainsKey(person)
            ? Wire.Member(guild, person)
            : throw ApiRefusal.Missing(10007, "Member");
    }

    public static DiscordGuild Find(World world, ApiRequest request) =>
        world.Guild(request.Id("guild")) ?? throw ApiRefusal.Missing(10004, "Guild");
}
