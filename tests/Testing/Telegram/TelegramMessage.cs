using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram;

/// <summary>A message with every version it had (Bot API, Message).</summary>
public sealed class TelegramMessage
{
    internal TelegramMessage(TelegramChat chat, long id, TelegramMessageVersion first)
    {
        (Chat, Id) = (chat, id);
        Versions = [first];
    }

    public TelegramChat Chat { get; }

    public long Id { get; }

    /// <summary>Null when the bot said it.</summary>
    public TelegramPerson? From { get; internal init; }

    public long? ThreadId { get; internal init; }

    public TelegramMessage? ReplyTo { get; internal init; }

    public TelegramDocument? Document { get; internal init; }

    /// <summary>A service message's fields, such as forum_topic_created; null for what someone said.</summary>
    public JsonObject? Service { get; internal init; }

    /// <summary>Oldest first; the last is what people see now.</summary>
    public ImmutableList<TelegramMessageVersion> Versions { get; internal set; }

    public bool Deleted { get; internal set; }

    /// <summary>force_reply, keyboard or remove_keyboard as sent; they go with the message and are never edited.</summary>
    public JsonObject? OtherMarkup { get; internal init; }

    public TelegramMessageVersion Now => Versions[^1];

    /// <summary>Text, or a document's caption, without markup: what a person reads.</summary>
    public string Text => Now.Text;

    public ImmutableArray<TelegramEntity> Entities => Now.Entities;

    public IEnumerable<TelegramButton> Buttons => Now.Keyboard.SelectMany(row => row);

    public DateTimeOffset Date => Versions[0].At;

    public override string ToString() => $"{Chat.Id}/{Id} {(From?.FirstName ?? "bot")}: {Text}";
}

/// <summary>How a message looked from a moment on.</summary>
public sealed record TelegramMessageVersion(
    string Text, ImmutableArray<TelegramEntity> Entities, ImmutableArray<ImmutableArray<TelegramButton>> Keyboard, DateTimeOffset At)
{
    /// <summary>The characters an entity marks.</summary>
    public string Marked(TelegramEntity entity) => Text.Substring(entity.Offset, entity.Length);

    internal bool LooksLike(TelegramMessageVersion other) =>
        Text == other.Text && Entities.SequenceEqual(other.Entities) && Keyboard.Length == other.Keyboard.Length
        && Keyboard.Zip(other.Keyboard).All(rows => rows.First.SequenceEqual(rows.Second));
}

/// <summary>A marked part of a text (Bot API, MessageEntity); offset and length count UTF-16 code units, as C# strings do.</summary>
public sealed record TelegramEntity(string Type, int Offset, int Length)
{
    public string? Url { get; init; }

    public string? Language { get; init; }

    public string? CustomEmojiId { get; init; }

    public long? UserId { get; init; }

    internal int End => Offset + Length;
}

/// <summary>A button under a message (Bot API, InlineKeyboardButton): it sends data, opens a link, or does something else.</summary>
public sealed record TelegramButton(string Text, string? Data, string? Url, string Json);

/// <summary>A file someone sent.</summary>
public sealed record TelegramDocument(string FileId, string Name, string? MimeType, ReadOnlyMemory<byte> Bytes)
{
    public string AsText => System.Text.Encoding.UTF8.GetString(Bytes.Span);

    internal string UniqueId => $"AgAD{FileId[^6..]}";

    internal string Path => $"documents/file_{FileId[^6..]}{System.IO.Path.GetExtension(Name)}";
}
