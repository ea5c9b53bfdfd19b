using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Every method that can be called at once; getUpdates waits and is not here. Names do not mind their case.</summary>
internal static class MethodCatalog
{
    public delegate JsonNode Method(World world, ApiRequest request);

    public static IReadOnlyDictionary<string, Method> All { get; } = new Dictionary<string, Method>(StringComparer.OrdinalIgnoreCase)
    {
        ["getMe"] = ChatMethods.GetMe,
        ["getChat"] = ChatMethods.GetChat,
        ["getChatMember"] = ChatMethods.GetChatMember,
        ["sendChatAction"] = ChatMethods.SendChatAction,
        ["sendMessage"] = MessageMethods.Send,
        ["sendDocument"] = DocumentMethods.Send,
        ["editMessageText"] = EditMethods.Text,
        ["editMessageReplyMarkup"] = EditMethods.Markup,
        ["deleteMessage"] = EditMethods.Delete,
        ["getFile"] = DocumentMethods.GetFile,
        ["answerCallbackQuery"] = CallbackMethods.Answer,
        ["setMyCommands"] = CommandMenus.Set,
        ["getMyCommands"] = CommandMenus.Get,
        ["deleteMyCommands"] = CommandMenus.Delete,
        ["deleteWebhook"] = WebhookMethods.Delete,
        ["getWebhookInfo"] = WebhookMethods.Info,
    };
}
