using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing.Discord;

/// <summary>tests/node/discordjs-bot.mjs: a bot on the third-party library discord.js, in a process of its own.</summary>
public sealed class DiscordJsBot : IAsyncDisposable
{
    public const string HowToGet = "node or the npm package discord.js is missing: run `make prerequisites`";

    private readonly NodeProgram _program;

    private DiscordJsBot(NodeProgram program) => _program = program;

    public static bool Installed { get; } = NodeProgram.Installed("discord.js");

    /// <summary>Logs in; commands are registered for the guild, or for everyone.</summary>
    public static async Task<DiscordJsBot> StartAsync(Uri url, string token, DiscordGuild? guild = null)
    {
        var root = url.ToString().TrimEnd('/');
        string[] arguments = guild is null ? [root, token] : [root, token, $"{guild.Id}"];
        var program = NodeProgram.Start(NodeParts.Script("discordjs-bot.mjs"), arguments);
        await program.LineAsync(line => line == "ready");
        return new(program);
    }

    /// <summary>The next line it prints that answers to the condition.</summary>
    public Task<string> SaysAsync(Func<string, bool> condition) => _program.LineAsync(condition);

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
