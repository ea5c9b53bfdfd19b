using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Reads reply_markup (Bot API, InlineKeyboardMarkup, InlineKeyboardButton and ForceReply).</summary>
internal static class Keyboards
{
    private static readonly string[] Actions =
    [
        "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
    ];

    public static (ImmutableArray<ImmutableArray<TelegramButton>> Inline, JsonObject? Other) Read(ApiRequest request)
    {
        var json = request.Json("reply_markup", "reply keyboard markup");
        if (json is null) return ([], null);
        if (json is not JsonObject markup) throw ApiRefusal.Bad("object expected as reply markup");
        if (!markup.TryGetPropertyValue("inline_keyboard", out var rows)) return ([], markup.Count == 0 ? null : markup);
        if (rows is not JsonArray array)
            throw ApiRefusal.Bad("can't parse inline keyboard markup: Field \"inline_keyboard\" must be of type Array");
        ImmutableArray<ImmutableArray<TelegramButton>> keyboard = [.. array.Select(Row).Where(row => row.Length > 0)];
        return keyboard.Sum(row => row.Length) > 100 ? throw ApiRefusal.Bad("REPLY_MARKUP_TOO_LONG") : (keyboard, null);
    }

    /// <summary>Telegram looks at the length of the data last, when the chat is known.</summary>
    public static void CheckData(ImmutableArray<ImmutableArray<TelegramButton>> keyboard)
    {
        if (keyboard.SelectMany(row => row).Any(b => b.Data is { } data && Encoding.UTF8.GetByteCount(data) > 64))
            throw ApiRefusal.Bad("BUTTON_DATA_INVALID");
    }

    public static JsonObject ToJson(ImmutableArray<ImmutableArray<TelegramButton>> keyboard) => new()
    {
        ["inline_keyboard"] = new JsonArray([.. keyboard.Select(row =>
            (JsonNode)new JsonArray([.. row.Select(button => JsonNode.Parse(button.Json))]))]),
    };

    private static ImmutableArray<TelegramButton> Row(JsonNode? row) => row is JsonArray buttons
        ? [.. buttons.Select(Button)]
        : throw ApiRefusal.Bad("can't parse inline keyboard markup: Field \"inline_keyboard\" must be an Array of Arrays");

    private static TelegramButton Button(JsonNode? json)
    {
        if (json is not JsonObject button) throw Unreadable("Object expected");
        if (!button.ContainsKey("text")) throw Unreadable("Can't find field \"text\"");
        if (button["text"]?.GetValueKind() != JsonValueKind.String) throw Unreadable("Field \"text\" must be of type String");
        var text = ((string)button["text"]!).Trim();
        if (text.Length == 0) throw Unreadable("Field \"text\" must be non-empty");
        var action = Actions.FirstOrDefault(button.ContainsKey);
        var data = action == "callback_data" ? (string?)button[action] : null;
        if (action is null || data?.Length == 0) throw Unreadable("Text buttons are unallowed in the inline keyboard");
        var url = action == "url" ? (string?)button[action] : null;
        if (url is not null && Links.Normal(url) is null)
            throw ApiRefusal.Bad($"inline keyboard button URL '{url}' is invalid: {Links.Refusal(url)}");
        var kept = new JsonObject { ["text"] = text, [action] = button[action]?.DeepClone() };
        return new(text, data, url, kept.ToJsonString());
    }

    private static ApiRefusal Unreadable(string why) => ApiRefusal.Bad($"can't parse inline keyboard button: {why}");
}
