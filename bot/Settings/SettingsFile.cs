using ChatOps.Values;

namespace ChatOps.Bot.Settings;

/// <summary>Loads the settings from a file; what is wrong with it is told all at once.</summary>
internal static class SettingsFile
{
    public static BotSettings Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(new("NoSettings", $"read {path}: {e.Message}", "Name the file with --config or CHATOPS_CONFIG"), e);
        }
        var (settings, faults) = SettingsReader.Read(text);
        if (settings is not null) return WithEnvironment(settings);
        var lines = faults.Select(f => $"\n  {path}:{f.Line}: {f.Message}");
        throw new FaultException(new("BadSettings", $"{path} has {Counted.Of(faults.Count, "fault")}:{string.Concat(lines)}"));
    }

    private static BotSettings WithEnvironment(BotSettings settings)
    {
        var telegram = settings.Telegram.WithEnvironment(Environment.GetEnvironmentVariable);
        if (telegram is { Enabled: true, Token: null })
        {
            throw new FaultException(new(
                "NoTelegramToken", "telegram is enabled but has no token",
                $"Make one with @BotFather and set {TelegramSettings.TokenVariable}, or tokenFile in chatops.yaml"));
        }
        var discord = settings.Discord.WithEnvironment(Environment.GetEnvironmentVariable);
        if (discord is { Enabled: true, Token: null })
        {
            throw new FaultException(new(
                "NoDiscordToken", "discord is enabled but has no token",
                $"Make a bot at discord.com/developers and set {DiscordSettings.TokenVariable}, or tokenFile in chatops.yaml"));
        }
        return settings with { Telegram = telegram, Discord = discord };
    }
}
