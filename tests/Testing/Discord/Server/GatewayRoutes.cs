using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Where the Gateway is and how many sessions may still be started ("Gateway", Get Gateway Bot).</summary>
internal static class GatewayRoutes
{
    public static JsonNode Get(World world, ApiRequest request) => new JsonObject { ["url"] = world.Sessions.Url };

    public static JsonNode GetBot(World world, ApiRequest request) => new JsonObject
    {
        ["url"] = world.Sessions.Url,
        ["shards"] = 1,
        ["session_start_limit"] = new JsonObject
        {
            ["total"] = 1000,
            ["remaining"] = world.Sessions.StartsLeft,
            ["reset_after"] = (long)world.Sessions.StartsResetAfter.TotalMilliseconds,
            ["max_concurrency"] = 1,
        },
    };
}
