namespace ChatOps.Testing.Telegram;

/// <summary>Someone with an account (Bot API, User).</summary>
public sealed record TelegramPerson(long Id, string FirstName, string? Username, string? LanguageCode = null);

/// <summary>Where the bot stands in a chat (Bot API, ChatMember).</summary>
public enum BotStanding
{
    Member,
    Administrator,
    Left,
    Kicked,
}
