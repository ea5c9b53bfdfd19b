using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing.Telegram;

/// <summary>tests/node/grammy-bot.mjs: a bot on the third-party library grammy, in a process of its own.</summary>
public sealed class GrammyBot : IAsyncDisposable
{
    public const string HowToGet = "node or the npm packages grammy and telegram-test-api are missing: run `make prerequisites`";

    private readonly NodeProgram _program;

    private GrammyBot(NodeProgram program) => _program = program;

    public static bool Installed { get; } = NodeProgram.Installed("grammy", "@grammyjs/auto-retry", "telegram-test-api");

    /// <param name="mode">poll, webhook, or plain for an emulator that knows no commands.</param>
    public static async Task<GrammyBot> StartAsync(Uri url, string token, string mode = "poll", string? secret = null)
    {
        var root = url.ToString().TrimEnd('/');
        string[] arguments = secret is null ? [root, token, mode] : [root, token, mode, secret];
        var program = NodeProgram.Start(NodeParts.Script("grammy-bot.mjs"), arguments);
        await program.LineAsync(line => line == "ready");
        return new(program);
    }

    /// <summary>The next line it prints that answers to the condition.</summary>
    public Task<string> SaysAsync(Func<string, bool> condition) => _program.LineAsync(condition);

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
