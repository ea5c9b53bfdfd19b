using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>
/// What follows the first answer, for the fifteen minutes the token lives ("Receiving and Responding", Followup Messages).
/// </summary>
internal static class WebhookRoutes
{
    private const int EphemeralFlag = 64;
    private const int ThinkingFlag = 128;

    /// <summary>After a deferred answer, the first follow-up takes its place.</summary>
    public static JsonNode Create(World world, ApiRequest request)
    {
        var interaction = Find(world, request);
        var draft = Draft.Read(world, request, request.Body, interaction: true);
        var pinged = Mentions.Find(draft.Content ?? "", draft.AllowedMentions, interaction.Channel);
        if (interaction.Original is { Thinking: true } thinking)
        {
            thinking.Pinged = pinged;
            return Changed(world, thinking, draft);
        }
        var version = draft.First(world.Time.GetUtcNow());
        var message = CallbackRoute.Post(world, interaction, version, draft.Flags, pinged);
        interaction.FollowUps = interaction.FollowUps.Add(message);
        world.Pulse.Beat();
        return MessageRoutes.Published(world, message, "MESSAGE_CREATE");
    }

    public static JsonNode Get(World world, ApiRequest request) => WireMessages.Message(world, Message(Find(world, request), request));

    public static JsonNode Edit(World world, ApiRequest request)
    {
        var interaction = Find(world, request);
        var message = Message(interaction, request);
        var draft = Draft.Read(world, request, request.Body, interaction: true);
        if (message.Thinking) message.Pinged = Mentions.Find(draft.Content ?? "", draft.AllowedMentions, interaction.Channel);
        return Changed(world, message, draft);
    }

    public static JsonNode? Delete(World world, ApiRequest request)
    {
        MessageRoutes.Remove(world, Message(Find(world, request), request));
        return null;
    }

    private static JsonNode Changed(World world, DiscordMessage message, Draft draft)
    {
        var arrives = message.Thinking;
        var next = draft.Next(message.Now, world.Time.GetUtcNow());
        // What it says before that it says something: whoever waits for it may look at any moment.
        message.Versions = arrives ? [next] : message.Versions.Add(next);
        message.Flags = (message.Flags & ~ThinkingFlag) | (draft.Flags & ~EphemeralFlag);
        world.Pulse.Beat();
        return MessageRoutes.Published(world, message, arrives ? "MESSAGE_CREATE" : "MESSAGE_UPDATE");
    }

    private static DiscordInteraction Find(World world, ApiRequest request)
    {
        var interaction = world.Interactions.Values.FirstOrDefault(i => i.Token == request["token"]);
        if (request.Id("app") != world.BotId || interaction?.Callback is null) throw ApiRefusal.Missing(10015, "Webhook");
        return world.Time.GetUtcNow() - interaction.At <= world.Options.TokenLifetime
            ? interaction
            : throw new ApiRefusal(401, 50027, "Invalid Webhook Token");
    }

    private static DiscordMessage Message(DiscordInteraction interaction, ApiRequest request)
    {
        var id = request.Id("message");
        var found = request["message"] == "@original" || interaction.Original?.Id == id
            ? interaction.Original
            : interaction.FollowUps.Find(m => m.Id == id);
        return found is { Deleted: false } ? found : throw ApiRefusal.Missing(10008, "Message");
    }
}
