using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Values;

namespace ChatOps.Bot.Settings;

/// <summary>How the bot talks on Telegram.</summary>
internal sealed record TelegramSettings
{
    public const string TokenVariable = "TELEGRAM_BOT_TOKEN", ApiVariable = "TELEGRAM_API";

    public bool Enabled { get; init; }

    public Secret? Token { get; init; }

    /// <summary>Telegram's own server, or a Bot API server that one runs oneself.</summary>
    public Uri Api { get; init; } = new("https://api.telegram.org/");

    /// <summary>Groups and topics the bot serves. In private it serves whoever is declared.</summary>
    public IReadOnlyList<ChatSettings> Chats { get; init; } = [];

    /// <summary>Where Telegram delivers updates; null means that the bot asks for them.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>The declaration for a place: of the topic, else of its whole chat.</summary>
    public ChatSettings? ChatFor(ChatPlace place) =>
        Chats.FirstOrDefault(c => c.Channel == place.ToString())
            ?? Chats.FirstOrDefault(c => c.Channel == (place with { Topic = null }).ToString());

    /// <summary>What the environment says goes before the file: a token belongs into a Secret.</summary>
    public TelegramSettings WithEnvironment(Func<string, string?> variable)
    {
        var settings = this;
        if (variable(TokenVariable) is { Length: > 0 } token) settings = settings with { Enabled = true, Token = new Secret(token) };
        if (variable(ApiVariable) is { Length: > 0 } api && Uri.TryCreate(api.TrimEnd('/') + "/", UriKind.Absolute, out var uri))
            settings = settings with { Api = uri };
        return settings;
    }
}
