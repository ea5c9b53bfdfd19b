using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Identify, Resume and what may be sent then ("Gateway", Identifying and Resuming; "Gateway Events", Send Events).</summary>
internal sealed class Handshake(World world)
{
    private const int InvalidSession = 9;

    public void Hear(Connection connection, int op, JsonNode? data)
    {
        switch (op)
        {
            case 2 or 6 when connection.Session is not null:
                connection.Close(CloseCodes.AlreadyAuthenticated);
                break;
            case 2:
                Identify(connection, data as JsonObject);
                break;
            case 6:
                Resume(connection, data as JsonObject);
                break;
            case 3 or 4 or 8 or 31 when connection.Session is null:
                connection.Close(CloseCodes.NotAuthenticated);
                break;
            case 3:
                Show(connection.Session!, data as JsonObject, connection);
                break;
            case 4 or 8 or 31:
                break;
            default:
                connection.Close(CloseCodes.UnknownOpcode);
                break;
        }
    }

    private void Identify(Connection connection, JsonObject? data)
    {
        if (Refusal(data) is { } code)
        {
            connection.Close(code);
            return;
        }
        if (!world.Sessions.MayIdentify())
        {
            connection.Send(GatewayFront.Payload(InvalidSession, false));
            return;
        }
        if (world.Sessions.Start((int)data!["intents"]!) is not { } session)
        {
            connection.Close(CloseCodes.AuthenticationFailed);
            return;
        }
        session.Attach(connection);
        if (data["presence"] is JsonObject presence) Keep(session, presence);
        session.Dispatch("READY", Ready(session, data));
        if ((session.Seen.Intents & Intents.Guilds) == 0) return;
        foreach (var guild in world.Guilds) session.Dispatch("GUILD_CREATE", Wire.GuildCreate(world, guild));
    }

    private int? Refusal(JsonObject? data)
    {
        if (data?["token"] is not JsonValue token || data["properties"] is not JsonObject) return CloseCodes.DecodeError;
        if (world.Sessions.TokenReset || token.ToString() != world.Options.Token) return CloseCodes.AuthenticationFailed;
        if (data["intents"] is not JsonValue value || !value.TryGetValue(out int intents)) return CloseCodes.DecodeError;
        if (!Intents.Valid(intents)) return CloseCodes.InvalidIntents;
        if ((intents & Intents.Privileged & ~world.Options.PrivilegedIntents) != 0) return CloseCodes.DisallowedIntents;
        return data["shard"] is JsonArray shard && !(shard.Count == 2 && (int?)shard[0] < (int?)shard[1]) ? CloseCodes.InvalidShard : null;
    }

    private JsonObject Ready(Session session, JsonObject identify)
    {
        var ready = new JsonObject
        {
            ["v"] = 10,
            ["user"] = world.Me(),
            ["guilds"] = new JsonArray(
                [.. world.Guilds.Select(g => (JsonNode)new JsonObject { ["id"] = $"{g.Id}", ["unavailable"] = true })]),
            ["session_id"] = session.Seen.Id,
            ["resume_gateway_url"] = $"ws://{world.Url.Authority}{session.ResumePath}",
            ["application"] = new JsonObject { ["id"] = $"{world.BotId}", ["flags"] = 0 },
        };
        if (identify["shard"] is { } shard) ready["shard"] = shard.DeepClone();
        return ready;
    }

    private void Resume(Connection connection, JsonObject? data)
    {
        if (data?["seq"] is not JsonValue value || !value.TryGetValue(out int sequence) || data["token"] is null)
        {
            connection.Close(CloseCodes.DecodeError);
            return;
        }
        if (world.Sessions.TokenReset || data["token"]!.ToString() != world.Options.Token)
        {
            connection.Close(CloseCodes.AuthenticationFailed);
            return;
        }
        var session = world.Sessions.Find(data["session_id"]?.ToString() ?? "");
        if (session is null || !OnItsPath(connection, session)) connection.Send(GatewayFront.Payload(InvalidSession, false));
        else if (sequence > session.Seen.Sequence || sequence < 0) connection.Close(CloseCodes.InvalidSequence);
        else Continue(connection, session, sequence);
    }

    private static void Continue(Connection connection, Session session, int sequence)
    {
        session.Connection?.Close(4000);
        session.Attach(connection);
        session.Seen.Resumed++;
        session.Replay(sequence);
        session.Dispatch("RESUMED", new JsonObject());
    }

    private bool OnItsPath(Connection connection, Session session)
    {
        if (connection.Seen.Path == session.ResumePath) return true;
        world.Violate($"a session was resumed on {connection.Seen.Path} instead of its resume_gateway_url");
        return false;
    }

    private static void Show(Session session, JsonObject? presence, Connection connection)
    {
        string[] states = ["online", "dnd", "idle", "invisible", "offline"];
        var whole = presence is not null && states.Contains(presence["status"]?.ToString()) && presence["activities"] is JsonArray
            && presence["afk"]?.GetValueKind() is JsonValueKind.True or JsonValueKind.False && presence.ContainsKey("since");
        if (whole) Keep(session, presence!);
        else connection.Close(CloseCodes.DecodeError);
    }

    private static void Keep(Session session, JsonObject presence) =>
        session.Seen.Presences = session.Seen.Presences.Add(presence.ToJsonString());
}
