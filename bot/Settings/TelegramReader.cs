using System.Globalization;
using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Settings;

namespace ChatOps.Bot.Settings;

/// <summary>Reads the section <c>telegram</c>.</summary>
internal static class TelegramReader
{
    public static TelegramSettings Read(Section telegram)
    {
        var read = new TelegramSettings();
        read = read with
        {
            Enabled = telegram.Flag("enabled", telegram.Has("token") || telegram.Has("tokenFile") || telegram.Has("chats")),
            Token = telegram.Secret("token"),
            Api = telegram.Address("api") is { } api ? new Uri(api.ToString().TrimEnd('/') + "/") : read.Api,
            Chats = [.. telegram.Map("chats").Children().Select(c => Chat(c.Name, c.Section))],
            Webhook = telegram.Address("webhook"),
        };
        if (read.Webhook is { Scheme: not "https" } plain && !plain.IsLoopback)
            telegram.Fault("webhook", "must begin with https://; Telegram delivers to nothing else");
        telegram.RefuseUnknown();
        return read;
    }

    private static ChatSettings Chat(string name, Section chat)
    {
        var id = chat.Required("id");
        if (!long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && id.Length > 0)
            chat.Fault("id", $"'{id}' is no chat id; /whoami typed in the chat tells it");
        long? topic = chat.Has("topic") ? chat.Number("topic", 0, least: 1) : null;
        var read = new ChatSettings(name, new ChatPlace(number, topic).ToString(), chat.Texts("targets"), chat.Flag("notify", false));
        chat.RefuseUnknown();
        return read;
    }
}
