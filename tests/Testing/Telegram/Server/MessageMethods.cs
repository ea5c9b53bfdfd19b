using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>sendMessage, and what every sent message has.</summary>
internal static class MessageMethods
{
    private const int LongestText = 4096;

    public static JsonNode Send(World world, ApiRequest request)
    {
        var rich = RichText.Read(request, "text", "entities");
        if (rich.Text.Length == 0) throw ApiRefusal.Bad("message text is empty");
        return Wire.Message(world, Post(world, request, rich, LongestText, "message is too long", null));
    }

    public static TelegramMessage Post(
        World world, ApiRequest request, (string Text, ImmutableArray<TelegramEntity> Entities) rich,
        int longest, string tooLong, Func<TelegramDocument>? document)
    {
        var (keyboard, other) = Keyboards.Read(request);
        var chat = ChatMethods.Writable(world, request);
        var replyTo = ReplyTo(world, chat, request);
        var thread = ChatMethods.Thread(chat, request);
        if (rich.Text.Length > longest) throw ApiRefusal.Bad(tooLong);
        Keyboards.CheckData(keyboard);
        world.Flood.Count(chat);
        return world.Post(new(chat, world.NextMessageId(chat), world.Version(rich, keyboard))
        {
            ThreadId = thread ?? replyTo?.ThreadId,
            ReplyTo = replyTo,
            OtherMarkup = other,
            Document = document?.Invoke(),
        });
    }

    /// <summary>ReplyParameters; replies to other chats are not simulated.</summary>
    private static TelegramMessage? ReplyTo(World world, TelegramChat chat, ApiRequest request)
    {
        var reply = request.Json("reply_parameters", "reply parameters");
        var id = (long?)reply?["message_id"] ?? request.Number("reply_to_message_id");
        if (id is null or 0) return null;
        var message = World.Message(chat, id);
        var optional = (bool?)reply?["allow_sending_without_reply"] ?? request.Flag("allow_sending_without_reply");
        return message is not null || optional ? message : throw ApiRefusal.Bad("message to be replied not found");
    }
}
