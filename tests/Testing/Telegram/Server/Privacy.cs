namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// What a bot with privacy mode hears in groups: commands for it or for anybody, replies to it, and service messages; an
/// administrator hears everything (bots/features, "Privacy mode"). In private chats there is no privacy from the bot.
/// </summary>
internal static class Privacy
{
    public static bool Lets(World world, TelegramMessage message)
    {
        if (!world.Options.PrivacyMode || message.Chat.IsPrivate || message.Chat.Bot == BotStanding.Administrator) return true;
        if (message.Service is not null || message.ReplyTo is { From: null, Service: null }) return true;
        return message.Entities.FirstOrDefault(e => e is { Type: "bot_command", Offset: 0 }) is { } command
            && IsForUs(message.Now.Marked(command), world.Options.BotUsername);
    }

    private static bool IsForUs(string command, string bot) =>
        !command.Contains('@', StringComparison.Ordinal) || command.EndsWith($"@{bot}", StringComparison.OrdinalIgnoreCase);
}
