using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>editMessageText, editMessageReplyMarkup and deleteMessage ("Updating messages").</summary>
internal static class EditMethods
{
    public static JsonNode Text(World world, ApiRequest request)
    {
        var rich = RichText.Read(request, "text", "entities");
        if (rich.Text.Length == 0) throw ApiRefusal.Bad("message text is empty");
        var message = Editable(world, request);
        if (message.Document is not null) throw ApiRefusal.Bad("there is no text in the message to edit");
        if (rich.Text.Length > 4096) throw ApiRefusal.Bad("MESSAGE_TOO_LONG");
        // An edit without reply_markup takes the keyboard away.
        return Change(world, message, world.Version(rich, Keyboards.Read(request).Inline));
    }

    public static JsonNode Markup(World world, ApiRequest request)
    {
        var message = Editable(world, request);
        var version = message.Now with { Keyboard = Keyboards.Read(request).Inline, At = world.Time.GetUtcNow() };
        return Change(world, message, version);
    }

    public static JsonNode Delete(World world, ApiRequest request)
    {
        var chat = ChatMethods.Writable(world, request);
        var message = World.Message(chat, request.Number("message_id")) ?? throw ApiRefusal.Bad("message to delete not found");
        if (world.Time.GetUtcNow() - message.Date >= world.Options.Deletable) throw ApiRefusal.Bad("message can't be deleted for everyone");
        var allowed = message.From is null && message.Service is null || chat.IsPrivate || chat.Bot == BotStanding.Administrator;
        if (!allowed) throw ApiRefusal.Bad("message can't be deleted");
        message.Deleted = true;
        world.Pulse.Beat();
        return true;
    }

    private static TelegramMessage Editable(World world, ApiRequest request)
    {
        if (Keyboards.Read(request).Other is not null) throw ApiRefusal.Bad("inline keyboard expected");
        if (request.Number("message_id") is not > 0) throw ApiRefusal.Bad("message identifier is not specified");
        var chat = ChatMethods.Writable(world, request);
        var message = World.Message(chat, request.Number("message_id")) ?? throw ApiRefusal.Bad("message to edit not found");
        // Messages with force_reply or a reply keyboard cannot be edited, nor can anybody else's.
        return message is { From: null, Service: null, OtherMarkup: null } ? message : throw ApiRefusal.Bad("message can't be edited");
    }

    private static JsonObject Change(World world, TelegramMessage message, TelegramMessageVersion version)
    {
        Keyboards.CheckData(version.Keyboard);
        world.Flood.Count(message.Chat);
        if (version.LooksLike(message.Now))
        {
            throw ApiRefusal.Bad("message is not modified: specified new message content and reply markup are exactly the same"
                + " as a current content and reply markup of the message");
        }
        message.Versions = message.Versions.Add(version);
        world.Pulse.Beat();
        return Wire.Message(world, message);
    }
}
