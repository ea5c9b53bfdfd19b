using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Channels and threads, and who may read and write them ("Channel", "Threads").</summary>
internal static class ChannelRoutes
{
    private const int PublicThread = 11;

    public static JsonNode Get(World world, ApiRequest request) => Wire.Channel(world, Readable(world, request));

    public static JsonNode? Typing(World world, ApiRequest request)
    {
        Writable(world, request);
        return null;
    }

    public static JsonNode Edit(World world, ApiRequest request)
    {
        var thread = Readable(world, request);
        if (thread.Parent is null) throw Forbidden();
        if (request.Body["name"] is JsonValue name) thread.Name = name.ToString();
        if (request.Body["archived"] is JsonValue archived) thread.Archived = archived.GetValue<bool>();
        if (request.Body["locked"] is JsonValue locked) thread.Locked = locked.GetValue<bool>();
        world.Sessions.Publish("THREAD_UPDATE", Wire.Channel(world, thread), Intents.Guilds);
        return Wire.Channel(world, thread);
    }

    public static JsonNode StartThread(World world, ApiRequest request)
    {
        var channel = Writable(world, request);
        var errors = new FormErrors();
        var name = errors.Text(request.Body, "name", "", 1, 100, required: true);
        errors.ThrowIfAny();
        if (channel.Guild is null || channel.Parent is not null)
            throw new ApiRefusal(400, 50024, "Cannot execute action on this channel type");
        var from = request.Has("message") ? MessageRoutes.Find(channel, request.Id("message")) : null;
        if (from?.Thread is not null) throw new ApiRefusal(400, 160004, "A thread has already been created for this message");
        request.Status = 201;
        return Wire.Channel(world, Start(world, channel, name!, from));
    }

    /// <summary>A thread started from a message has its id.</summary>
    public static DiscordChannel Start(World world, DiscordChannel channel, string name, DiscordMessage? from)
    {
        var thread = world.Add(new(from?.Id ?? world.Ids.Next(), name, channel.Guild) { Parent = channel });
        if (from is not null) from.Thread = thread;
        var json = Wire.Channel(world, thread);
        json["newly_created"] = true;
        world.Sessions.Publish("THREAD_CREATE", json, Intents.Guilds);
        world.Pulse.Beat();
        return thread;
    }

    public static DiscordChannel Readable(World world, ApiRequest request)
    {
        if (world.Channel(request.Id("channel")) is not { Deleted: false } channel) throw ApiRefusal.Missing(10003, "Channel");
        return channel.Guild is not null && Access(channel) == BotAccess.None
            ? throw new ApiRefusal(403, 50001, "Missing Access")
            : channel;
    }

    public static DiscordChannel Writable(World world, ApiRequest request)
    {
        var channel = Readable(world, request);
        if (channel.Person is not null && channel.Bot != BotAccess.Writes)
            throw new ApiRefusal(403, 50007, "Cannot send messages to this user");
        if (Access(channel) != BotAccess.Writes) throw Forbidden();
        return channel.Type == PublicThread && channel is { Archived: true, Locked: true } ? throw Archived() : channel;
    }

    /// <summary>A thread is as open as its channel.</summary>
    public static BotAccess Access(DiscordChannel channel) =>
        channel.Parent is { } parent && parent.Bot > channel.Bot ? parent.Bot : channel.Bot;

    public static ApiRefusal Archived() => new(400, 50083, "Thread is archived");

    private static ApiRefusal Forbidden() => new(403, 50013, "Missing Permissions");
}
