using System.Collections.Immutable;

namespace ChatOps.Testing.Telegram;

/// <summary>A conversation as a person sees it (Bot API, Chat). Every list is a snapshot that can be read from any thread.</summary>
public sealed class TelegramChat
{
    internal TelegramChat(long id, string type, string title) => (Id, Type, Title) = (id, type, title);

    public long Id { get; }

    /// <summary>private, group or supergroup.</summary>
    public string Type { get; }

    public string Title { get; }

    /// <summary>A supergroup with topics.</summary>
    public bool IsForum { get; internal init; }

    /// <summary>A public supergroup can be addressed as @name.</summary>
    public string? Username { get; internal init; }

    public BotStanding Bot { get; internal set; } = BotStanding.Member;

    /// <summary>The supergroup this group became.</summary>
    public TelegramChat? MigratedTo { get; internal set; }

    public ImmutableList<TelegramPerson> Members { get; internal set; } = [];

    public ImmutableList<TelegramTopic> Topics { get; internal set; } = [];

    /// <summary>Everything ever said, deleted messages and service messages too, oldest first.</summary>
    public ImmutableList<TelegramMessage> Messages { get; internal set; } = [];

    /// <summary>What the bot said and did not delete.</summary>
    public IEnumerable<TelegramMessage> FromBot => Messages.Where(m => m.From is null && m.Service is null && !m.Deleted);

    public bool IsPrivate => Type == "private";

    /// <summary>Owner of a private chat.</summary>
    public TelegramPerson? Person => IsPrivate ? Members[0] : null;

    /// <summary>The first of a supergroup says that it was made; in a forum its number is that of General.</summary>
    internal long NextMessageId { get; set; } = 1;

    public override string ToString() => $"{Type} {Title} ({Id})";
}

/// <summary>A forum topic; its thread id is the id of the service message that made it (Bot API, ForumTopic).</summary>
public sealed record TelegramTopic(long ThreadId, string Name, bool Closed = false);
