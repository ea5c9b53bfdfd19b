using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>getMe, getChat, getChatMember, sendChatAction, and who may write where.</summary>
internal static class ChatMethods
{
    private static readonly string[] ChatActions =
    [
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker",
        "find_location", "record_video_note", "upload_video_note",
    ];

    public static JsonNode GetMe(World world, ApiRequest request)
    {
        var me = world.Me();
        me["can_join_groups"] = true;
        me["can_read_all_group_messages"] = !world.Options.PrivacyMode;
        me["supports_inline_queries"] = false;
        me["can_connect_to_business"] = false;
        me["has_main_web_app"] = false;
        return me;
    }

    public static JsonNode GetChat(World world, ApiRequest request)
    {
        var chat = Readable(world, request);
        var full = Wire.Chat(chat);
        full["accent_color_id"] = 0;
        full["max_reaction_count"] = 11;
        full["accepted_gift_types"] = new JsonObject
        {
            ["unlimited_gifts"] = false,
            ["limited_gifts"] = false,
            ["unique_gifts"] = false,
            ["premium_subscription"] = false,
        };
        return full;
    }

    public static JsonNode GetChatMember(World world, ApiRequest request)
    {
        var chat = Readable(world, request);
        if (request.Number("user_id") is not { } id) throw ApiRefusal.Bad("invalid user_id specified");
        if (id == world.BotId) return Wire.Bot(world, chat.Bot);
        var person = world.Person(id) ?? throw ApiRefusal.Bad("user not found");
        var owns = !chat.IsPrivate && chat.Members.FirstOrDefault() == person;
        var status = owns ? "creator" : chat.Members.Contains(person) ? "member" : "left";
        var json = new JsonObject { ["user"] = Wire.User(person), ["status"] = status };
        if (status == "creator") json["is_anonymous"] = false;
        return json;
    }

    public static JsonNode SendChatAction(World world, ApiRequest request)
    {
        if (!ChatActions.Contains(request.Text("action"))) throw ApiRefusal.Bad("wrong parameter action in request");
        var chat = Writable(world, request);
        Thread(chat, request);
        world.Actions = world.Actions.Add((chat, request.Text("action")!));
        return true;
    }

    public static TelegramChat Find(World world, string? id)
    {
        if (string.IsNullOrEmpty(id)) throw ApiRefusal.Bad("chat_id is empty");
        var chat = id.StartsWith('@') ? world.ChatNamed(id)
            : long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? world.Chat(number) : null;
        return chat ?? throw ApiRefusal.Bad("chat not found");
    }

    /// <summary>A chat the bot may write to. A basic group that became a supergroup says where it went (ResponseParameters).</summary>
    public static TelegramChat Writable(World world, ApiRequest request)
    {
        var chat = Find(world, request.Text("chat_id"));
        if (chat.MigratedTo is { } heir)
            throw new ApiRefusal(400, "Bad Request: group chat was upgraded to a supergroup chat") { MigrateTo = heir.Id };
        return (chat.Bot, chat.IsPrivate) switch
        {
            (BotStanding.Kicked, true) => throw ApiRefusal.Forbidden("bot was blocked by the user"),
            (BotStanding.Kicked, false) => throw ApiRefusal.Forbidden($"bot was kicked from the {chat.Type} chat"),
            (BotStanding.Left, _) => throw ApiRefusal.Forbidden($"bot is not a member of the {chat.Type} chat"),
            _ => chat,
        };
    }

    public static long? Thread(TelegramChat chat, ApiRequest request)
    {
        if (request.Number("message_thread_id") is not { } id || id == 0) return null;
        var topic = chat.Topics.Find(t => t.ThreadId == id) ?? throw ApiRefusal.Bad("message thread not found");
        return topic.Closed && chat.Bot != BotStanding.Administrator ? throw ApiRefusal.Bad("TOPIC_CLOSED") : id;
    }

    private static TelegramChat Readable(World world, ApiRequest request)
    {
        var chat = Find(world, request.Text("chat_id"));
        if (chat.Bot == BotStanding.Kicked && !chat.IsPrivate) throw ApiRefusal.Forbidden($"bot was kicked from the {chat.Type} chat");
        return chat;
    }
}
