using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>Discord's slash commands, from the same declarations as /help; written only when they differ.</summary>
/// <remarks>Source: Discord API docs, "Application Commands": structure, option types, bulk overwrite.</remarks>
internal sealed class CommandRegistration(DiscordApi api, Func<CommandCatalog> catalog)
{
    private const int LongestDescription = 100;
    private const int Text = 3, Integer = 4;

    public async Task PublishAsync(string application, string? guild, CancellationToken ct)
    {
        await PublishAsync(application, guild, new JsonArray([.. catalog().All.Select(c => Command(c.Declaration))]), ct);
        // On the one server they would be offered twice.
        if (guild is not null) await PublishAsync(application, null, [], ct);
    }

    private async Task PublishAsync(string application, string? guild, JsonArray wanted, CancellationToken ct)
    {
        var there = await api.CommandsAsync(application, guild, ct);
        if (!Same(there, wanted)) await api.SetCommandsAsync(application, guild, wanted, ct);
    }

    /// <summary>Discord adds ids and defaults; only what is ours is compared, in whatever order it comes.</summary>
    private static bool Same(JsonArray there, JsonArray wanted) => there.Count == wanted.Count
        && wanted.All(w => there.FirstOrDefault(t => (string?)t?["name"] == (string)w!["name"]!) is { } found && Covers(found, w!));

    private static bool Covers(JsonNode? there, JsonNode wanted) => wanted switch
    {
        JsonObject o => there is JsonObject found && o.All(p => Covers(found[p.Key], p.Value!) || Absent(found[p.Key], p.Value!)),
        JsonArray a => there is JsonArray found && found.Count == a.Count && a.Zip(found).All(p => Covers(p.Second, p.First!)),
        _ => JsonNode.DeepEquals(there, wanted),
    };

    /// <summary>What is false or empty is left out of what Discord gives back.</summary>
    private static bool Absent(JsonNode? there, JsonNode wanted) => there is null
        && (wanted is JsonArray { Count: 0 } || (wanted is JsonValue value && value.TryGetValue<bool>(out var flag) && !flag));

    private static JsonObject Command(CommandDeclaration command) => new()
    {
        ["name"] = command.Name,
        ["type"] = 1,
        ["description"] = Fit(command.Summary),
        ["options"] = new JsonArray([.. command.Options.Select(Option)]),
    };

    private static JsonObject Option(CommandOption option)
    {
        var made = new JsonObject
        {
            ["type"] = option.Kind is OptionKind.Number or OptionKind.Revision or OptionKind.Change ? Integer : Text,
            ["name"] = option.Name,
            ["description"] = Fit(option.Summary),
            ["required"] = option.Required,
        };
        if (option.Choices is { } choices)
            made["choices"] = new JsonArray([.. choices.Select(c => new JsonObject { ["name"] = c, ["value"] = c })]);
        else
            made["autocomplete"] = option.Kind is OptionKind.Target or OptionKind.Version or OptionKind.Revision
                or OptionKind.Change or OptionKind.Snapshot;
        return made;
    }

    private static string Fit(string text) => text.Length <= LongestDescription ? text : text[..(LongestDescription - 1)] + "…";
}
