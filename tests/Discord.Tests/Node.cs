using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

internal static class Node
{
    /// <summary>Skips outside CI when discord.js is not there, and fails with CI=true.</summary>
    public static void Needed()
    {
        if (DiscordJsBot.Installed) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(DiscordJsBot.HowToGet);
        Assert.Skip(DiscordJsBot.HowToGet);
    }
}
