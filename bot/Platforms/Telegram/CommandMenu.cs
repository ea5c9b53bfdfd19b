using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>Telegram's menu of commands, from the same declarations as /help; written only when it differs.</summary>
/// <remarks>Source: Telegram Bot API, "setMyCommands", "BotCommand".</remarks>
internal sealed class CommandMenu(BotApi api, Func<CommandCatalog> catalog)
{
    private const int LongestDescription = 256;

    public async Task PublishAsync(CancellationToken ct)
    {
        var wanted = new JsonArray([.. catalog().All.Select(c => new JsonObject
        {
            ["command"] = c.Declaration.Name,
            ["description"] = Described(c.Declaration),
        })]);
        if (!JsonNode.DeepEquals(await api.GetCommandsAsync(ct), wanted)) await api.SetCommandsAsync(wanted, ct);
    }

    private static string Described(CommandDeclaration command)
    {
        var options = command.Options.Count == 0 ? "" : $" ({command.Usage[(command.Name.Length + 2)..]})";
        var text = command.Summary + options;
        return text.Length <= LongestDescription ? text : text[..LongestDescription];
    }
}
