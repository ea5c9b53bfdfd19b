using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>The Bot API's objects in JSON ("Available types").</summary>
internal static class Wire
{
    public static JsonObject User(TelegramPerson person)
    {
        var json = new JsonObject { ["id"] = person.Id, ["is_bot"] = false, ["first_name"] = person.FirstName };
        if (person.Username is not null) json["username"] = person.Username;
        if (person.LanguageCode is not null) json["language_code"] = person.LanguageCode;
        return json;
    }

    public static JsonObject Chat(TelegramChat chat)
    {
        var json = new JsonObject { ["id"] = chat.Id };
        if (chat.Person is { } person)
        {
            json["first_name"] = person.FirstName;
            if (person.Username is not null) json["username"] = person.Username;
        }
        else
        {
            json["title"] = chat.Title;
            if (chat.Username is not null) json["username"] = chat.Username;
            if (chat.IsForum) json["is_forum"] = true;
        }
        json["type"] = chat.Type;
        return json;
    }

    public static JsonObject Message(World world, TelegramMessage message, bool inner = false)
    {
        var json = new JsonObject { ["message_id"] = message.Id };
        if (message.ThreadId is { } thread)
        {
            json["message_thread_id"] = thread;
            json["is_topic_message"] = true;
        }
        json["from"] = message.From is null ? world.Me() : User(message.From);
        json["chat"] = Chat(message.Chat);
        json["date"] = message.Date.ToUnixTimeSeconds();
        if (message.Versions.Count > 1) json["edit_date"] = message.Now.At.ToUnixTimeSeconds();
        // In a topic, what answers nothing answers the service message that made the topic.
        var reply = message.ReplyTo ?? message.Chat.Messages.Find(m => m.Id == message.ThreadId && m.Id != message.Id);
        if (!inner && reply is { Deleted: false }) json["reply_to_message"] = Message(world, reply, inner: true);
        foreach (var (name, value) in message.Service ?? []) json[name] = value?.DeepClone();
        if (message.Document is { } document) json["document"] = Document(document);
        Text(json, message);
        if (message.Now.Keyboard.Length > 0) json["reply_markup"] = Keyboards.ToJson(message.Now.Keyboard);
        return json;
    }

    public static JsonObject Document(TelegramDocument document)
    {
        var json = new JsonObject { ["file_name"] = document.Name };
        if (document.MimeType is not null) json["mime_type"] = document.MimeType;
        json["file_id"] = document.FileId;
        json["file_unique_id"] = document.UniqueId;
        json["file_size"] = document.Bytes.Length;
        return json;
    }

    public static string Standing(BotStanding standing) => standing switch
    {
        BotStanding.Member => "member",
        BotStanding.Administrator => "administrator",
        BotStanding.Left => "left",
        _ => "kicked",
    };

    public static JsonObject Bot(World world, BotStanding standing)
    {
        var json = new JsonObject { ["user"] = world.Me(), ["status"] = Standing(standing) };
        if (standing == BotStanding.Kicked) json["until_date"] = 0;
        if (standing == BotStanding.Administrator)
        {
            foreach (var right in new[] { "can_be_edited", "is_anonymous" }) json[right] = false;
            foreach (var right in new[] { "can_manage_chat", "can_delete_messages", "can_restrict_members" }) json[right] = true;
        }
        return json;
    }

    private static void Text(JsonObject json, TelegramMessage message)
    {
        var (text, entities) = message.Document is null ? ("text", "entities") : ("caption", "caption_entities");
        if (message.Text.Length == 0) return;
        json[text] = message.Text;
        if (message.Entities.Length > 0) json[entities] = Entities(message.Entities);
    }

    private static JsonArray Entities(ImmutableArray<TelegramEntity> entities) => new([.. entities.Select(entity =>
    {
        var json = new JsonObject { ["offset"] = entity.Offset, ["length"] = entity.Length, ["type"] = entity.Type };
        if (entity.Url is not null) json["url"] = entity.Url;
        if (entity.Language is not null) json["language"] = entity.Language;
        if (entity.CustomEmojiId is not null) json["custom_emoji_id"] = entity.CustomEmojiId;
        if (entity.UserId is { } id) json["user"] = new JsonObject { ["id"] = id, ["is_bot"] = false, ["first_name"] = "" };
        return json;
    })]);
}
