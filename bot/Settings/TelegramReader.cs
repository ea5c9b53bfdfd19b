using System.Globalization;
using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Values;

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
            Token = Token(telegram),
            Api = Address(telegram, "api") is { } api ? new Uri(api.ToString().TrimEnd('/') + "/") : read.Api,
            Chats = [.. telegram.Map("chats").Children().Select(c => Chat(c.Name, c.Section))],
            Webhook = Address(telegram, "webhook"),
        };
        if (read.Webhook is { Scheme: not "https" } plain && !plain.IsLoopback)
            telegram.Fault("webhook", "must begin with https://; Telegram delivers to nothing else");
        telegram.RefuseUnknown();
        return read;
    }

    private static Secret? Token(Section telegram)
    {
        if (telegram.Text("tokenFile") is not { } path) return telegram.Text("token") is { } token ? new Secret(token) : null;
        try
        {
            return new Secret(File.ReadAllText(path).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            telegram.Fault("tokenFile", $"cannot be read: {e.Message}");
            return null;
        }
    }

    private static ChatSettings Chat(string name, Section chat)
    {
        var id = chat.Required("id");
        if (!long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && id.Length > 0)
            chat.Fault("id", $"'{id}' is no chat id; /whoami typed in the chat tells it");
        long? topic = chat.Has("topic") ? chat.Number("topic", 0, least: 1) : null;
        var read = new ChatSettings(name, new ChatPlace(number, topic), chat.Texts("targets"), chat.Flag("notify", false));
        chat.RefuseUnknown();
        return read;
    }

    private static Uri? Address(Section section, string key)
    {
        if (section.Text(key) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return uri;
        section.Fault(key, $"'{text}' is no address; write https://HOST/PATH");
        return null;
    }
}
