using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Ordinary messages of the bot ("Message": Create, Edit, Get, Delete).</summary>
internal static class MessageRoutes
{
    public static JsonNode Create(World world, ApiRequest request)
    {
        var channel = ChannelRoutes.Writable(world, request);
        var body = request.Body;
        var draft = Draft.Read(world, request, body);
        var nonce = Nonce(body);
        if (nonce is not null && ComponentRules.Flag(body, "enforce_nonce") && Earlier(world, channel, nonce) is { } earlier)
            return WireMessages.Message(world, earlier);
        var message = new DiscordMessage(channel, world.Ids.Next(), draft.First(world.Time.GetUtcNow()))
        {
            ReplyTo = ReplyTo(channel, body),
            Nonce = nonce,
            Flags = draft.Flags,
            Pinged = Mentions.Find(draft.Content ?? "", draft.AllowedMentions, channel),
        };
        Unarchive(world, channel);
        world.Post(message);
        return Published(world, message, "MESSAGE_CREATE");
    }

    public static JsonNode Edit(World world, ApiRequest request)
    {
        var channel = ChannelRoutes.Readable(world, request);
        var message = Find(channel, request.Id("message"));
        if (message.From is not null) throw new ApiRefusal(403, 50005, "Cannot edit a message authored by another user");
        if (channel.Archived) throw ChannelRoutes.Archived();
        Change(world, message, Draft.Read(world, request, request.Body));
        return Published(world, message, "MESSAGE_UPDATE");
    }

    public static JsonNode Get(World world, ApiRequest request) =>
        WireMessages.Message(world, Find(ChannelRoutes.Readable(world, request), request.Id("message")));

    public static JsonNode List(World world, ApiRequest request)
    {
        var channel = ChannelRoutes.Readable(world, request);
        var limit = int.TryParse(request.Query["limit"], out var asked) ? Math.Clamp(asked, 1, 100) : 50;
        var after = ulong.TryParse(request.Query["after"], out var id) ? id : 0;
        var before = ulong.TryParse(request.Query["before"], out var end) ? end : ulong.MaxValue;
        var found = channel.Messages.Where(m => !m.Deleted && m.Id > after && m.Id < before).Reverse().Take(limit);
        return new JsonArray([.. found.Select(m => (JsonNode)WireMessages.Message(world, m))]);
    }

    public static JsonNode? Delete(World world, ApiRequest request)
    {
        var channel = ChannelRoutes.Readable(world, request);
        var message = Find(channel, request.Id("message"));
        if (message.From is not null) throw new ApiRefusal(403, 50013, "Missing Permissions");
        if (channel.Archived) throw ChannelRoutes.Archived();
        Remove(world, message);
        return null;
    }

    public static DiscordMessage Find(DiscordChannel channel, ulong id) =>
        World.Message(channel, id) ?? throw ApiRefusal.Missing(10008, "Message");

    public static void Change(World world, DiscordMessage message, Draft draft)
    {
        message.Versions = message.Versions.Add(draft.Next(message.Now, world.Time.GetUtcNow()));
        world.Pulse.Beat();
    }

    public static void Remove(World world, DiscordMessage message)
    {
        message.Deleted = true;
        var gone = new JsonObject { ["id"] = $"{message.Id}", ["channel_id"] = $"{message.Channel.Id}" };
        if (message.Channel.Guild is { } guild) gone["guild_id"] = $"{guild.Id}";
        if (!message.Ephemeral) world.Sessions.Publish("MESSAGE_DELETE", gone, Intents.Messages(message.Channel));
        world.Pulse.Beat();
    }

    /// <summary>Tells the sessions; the same JSON is the answer. Nobody else hears of an ephemeral message.</summary>
    public static JsonNode Published(World world, DiscordMessage message, string type)
    {
        var json = WireMessages.Message(world, message);
        if (message.Ephemeral) return json;
        var heard = (JsonObject)json.DeepClone();
        if (message.Channel.Guild is { } guild) heard["guild_id"] = $"{guild.Id}";
        world.Sessions.Publish(type, heard, Intents.Messages(message.Channel));
        return json;
    }

    /// <summary>Writing in an archived thread brings it back, unless it is locked ("Threads", Active &amp; Archived Threads).</summary>
    private static void Unarchive(World world, DiscordChannel channel)
    {
        if (!channel.Archived) return;
        channel.Archived = false;
        world.Sessions.Publish("THREAD_UPDATE", Wire.Channel(world, channel), Intents.Guilds);
    }

    private static string? Nonce(JsonObject body)
    {
        var nonce = body["nonce"]?.ToString();
        if (nonce?.Length > 25)
        {
            var errors = new FormErrors();
            errors.Add("nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length.");
            errors.ThrowIfAny();
        }
        return nonce;
    }

    private static DiscordMessage? Earlier(World world, DiscordChannel channel, string nonce) => channel.Messages
        .Find(m => m.From is null && m.Nonce == nonce && world.Time.GetUtcNow() - m.Date < world.Options.NonceMemory);

    private static ulong? ReplyTo(DiscordChannel channel, JsonObject body)
    {
        if (body["message_reference"] is not JsonObject reference) return null;
        var id = ulong.TryParse(reference["message_id"]?.ToString(), out var number) ? number : 0;
        var must = reference["fail_if_not_exists"] is null || ComponentRules.Flag(reference, "fail_if_not_exists");
        if (World.Message(channel, id) is not null) return id;
        if (!must) return null;
        var errors = new FormErrors();
        errors.Add("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message");
        errors.ThrowIfAny();
        return null;
    }
}
