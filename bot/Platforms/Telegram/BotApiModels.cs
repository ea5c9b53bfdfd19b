using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>Something that happened, of the kinds the bot asks for (Bot API, "Update").</summary>
internal sealed record Update
{
    public long UpdateId { get; init; }

    public IncomingMessage? Message { get; init; }

    public CallbackQuery? CallbackQuery { get; init; }

    public MembershipChange? MyChatMember { get; init; }
}

/// <summary>Bot API, "Message": the fields the bot reads.</summary>
internal sealed record IncomingMessage
{
    public long MessageId { get; init; }

    public long? MessageThreadId { get; init; }

    public bool IsTopicMessage { get; init; }

    public TelegramUser? From { get; init; }

    /// <summary>Set when it was written in the name of a chat: then nobody knows by whom.</summary>
    public TelegramChat? SenderChat { get; init; }

    public TelegramChat Chat { get => field ?? new(); init; }

    public string? Text { get; init; }

    /// <summary>What bears no topic in a forum was written in General.</summary>
    public ChatPlace Place =>
        new(Chat.Id, IsTopicMessage ? MessageThreadId : Chat is { Type: "supergroup", IsForum: true } ? ChatPlace.General : null);
}

internal sealed record TelegramUser
{
    public long Id { get; init; }

    public string? FirstName { get; init; }

    public string? Username { get; init; }
}

internal sealed record TelegramChat
{
    public long Id { get; init; }

    /// <summary><c>private</c>, <c>group</c>, <c>supergroup</c> or <c>channel</c>.</summary>
    public string? Type { get; init; }

    public string? Title { get; init; }

    /// <summary>A supergroup with topics.</summary>
    public bool IsForum { get; init; }
}

/// <summary>A pressed button; its data may be forged by a modified client.</summary>
internal sealed record CallbackQuery
{
    public string Id { get => field ?? ""; init; }

    public TelegramUser From { get => field ?? new(); init; }

    public IncomingMessage? Message { get; init; }

    public string? Data { get; init; }
}

internal sealed record MembershipChange
{
    public TelegramChat Chat { get => field ?? new(); init; }

    public ChatMember? NewChatMember { get; init; }
}

internal sealed record ChatMember
{
    public string? Status { get; init; }
}

internal sealed record SentMessage
{
    public long MessageId { get; init; }
}

internal sealed record Answer
{
    public bool Ok { get; init; }

    public JsonElement? Result { get; init; }

    public int ErrorCode { get; init; }

    public string? Description { get; init; }

    public AnswerParameters? Parameters { get; init; }
}

internal sealed record AnswerParameters
{
    public int? RetryAfter { get; init; }

    public long? MigrateToChatId { get; init; }
}

/// <summary>What a message shows: text with HTML entities, the buttons under it, and whether the whole did not fit.</summary>
/// <param name="Rest">All of it as plain text where the message had to be cut.</param>
internal sealed record MessageText(string Html, JsonArray Keyboard, string? Rest);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(IReadOnlyList<Update>))]
[JsonSerializable(typeof(Update))]
[JsonSerializable(typeof(SentMessage))]
[JsonSerializable(typeof(TelegramUser))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class TelegramJson : JsonSerializerContext;
