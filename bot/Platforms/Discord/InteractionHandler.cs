using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// Turns interactions into what people meant and hands it to the inbox. Each is acknowledged before Discord gives up on it, however long
/// the rest takes.
/// </summary>
/// <remarks>Source: Discord API docs, "Receiving and Responding to Interactions": an interaction is invalid after three seconds.</remarks>
internal sealed class InteractionHandler(
    DiscordApi api, BotSettings settings, ButtonData buttons, AccessRules access, Func<CommandCatalog> catalog, Func<Completion> completion,
    TimeProvider time, ILogger<InteractionHandler> log)
{
    private const int LongestChoice = 100, MostChoices = 25, LongestReason = 300;
    private static readonly TimeSpan DeferAfter = TimeSpan.FromSeconds(0.8);
    private readonly ConcurrentDictionary<string, InteractionReply> _open = new();
    private readonly SecondPress _second = new(time);

    /// <summary>How to answer a delivery, while it is being handled.</summary>
    public InteractionReply? ReplyTo(string invocation) => _open.GetValueOrDefault(invocation.Split('/')[0]);

    /// <summary>Ends when the interaction is answered and done.</summary>
    public async Task HandleAsync(IChatInbox inbox, JsonObject payload, CancellationToken ct)
    {
        if (Interaction.Read(payload) is not { } interaction) return;
        var id = $"discord:{interaction.Id}";
        var reply = new InteractionReply(api, interaction, time);
        // Delivered twice, as after a resumption, it is handled once.
        if (!_open.TryAdd(id, reply)) return;
        try
        {
            await HandleAsync(inbox, From(id, interaction), interaction, reply, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One interaction that cannot be read must not keep others from being heard.
            log.LogError(e, "interaction {Id}", interaction.Id);
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    private Task HandleAsync(
        IChatInbox inbox, Invocation invocation, Interaction interaction, InteractionReply reply, CancellationToken ct) =>
        interaction.Type switch
        {
            Interaction.Command => CommandAsync(inbox, invocation with { Text = Line(interaction) }, reply, ct),
            Interaction.Component or Interaction.Form => PressAsync(inbox, invocation, interaction, reply, ct),
            Interaction.Autocomplete => CompleteAsync(invocation, interaction, reply, ct),
            _ => Task.CompletedTask,
        };

    private async Task CommandAsync(IChatInbox inbox, Invocation invocation, InteractionReply reply, CancellationToken ct)
    {
        await InTimeAsync(inbox.CommandAsync(invocation, ct), reply, ct);
        // As to somebody unknown, again and again; without a word Discord would say that the bot does not respond.
        if (reply.IsSilent) await reply.TellAsync("There is nothing new to say.", ct);
    }

    private async Task PressAsync(
        IChatInbox inbox, Invocation invocation, Interaction interaction, InteractionReply reply, CancellationToken ct)
    {
        if (interaction.CustomId is not { } data || buttons.Read(data) is not var (action, asks))
        {
            await reply.TellAsync("That button is too old. Type the command instead.", ct);
            return;
        }
        if (interaction.Type == Interaction.Component && asks == Asks.Reason)
        {
            await reply.AskAsync(Form(data), ct);
            return;
        }
        if (interaction.Type == Interaction.Component && asks == Asks.Again
            && !_second.Is(interaction.User, interaction.Message ?? "", data))
        {
            await reply.TellAsync(SecondPress.Please, ct);
            return;
        }
        var reason = interaction.Type == Interaction.Form ? interaction.Written.Trim() : "";
        var press = inbox.PressAsync(
            invocation with { Text = reason.Length <= LongestReason ? reason : reason[..LongestReason] }, action, ct);
        await InTimeAsync(press, reply, ct);
        if (await press is { } told) await reply.TellAsync(told, ct);
        else await reply.DeferAsync(ct);
    }

    private async Task CompleteAsync(Invocation invocation, Interaction interaction, InteractionReply reply, CancellationToken ct)
    {
        var choices = new JsonArray();
        var name = (string?)interaction.Data["name"] ?? "";
        if (!invocation.Undeclared && access.Find(invocation) is { } person && catalog().Find(name) is { } command
            && interaction.Options.FirstOrDefault(o => o.Focused) is { Name: { } focused })
        {
            var numbers = command.Declaration.Options.FirstOrDefault(o => o.Name == focused)?.Kind
                is OptionKind.Revision or OptionKind.Change;
            var found = await completion().SuggestAsync(person, LineUpTo(command.Declaration, interaction, focused), ct);
            foreach (var (_, value, hint) in found.Where(s => s.Label.Length <= LongestChoice).Take(MostChoices))
            {
                var shown = hint.Length == 0 ? value : $"{value} · {hint}";
                choices.Add((JsonNode)new JsonObject
                {
                    ["name"] = VisibleText.Of(shown.Length <= LongestChoice ? shown : shown[..(LongestChoice - 1)] + "…"),
                    ["value"] = numbers && long.TryParse(value, out var number) ? number : value,
                });
            }
        }
        await reply.ChooseAsync(choices, ct);
    }

    /// <summary>Lets the work take its time, and acknowledges before Discord gives up on it.</summary>
    private async Task InTimeAsync(Task work, InteractionReply reply, CancellationToken ct)
    {
        await work.WaitAsync(DeferAfter, time, ct).Settled();
        if (!work.IsCompleted) await reply.DeferAsync(ct);
        await work;
    }

    private Invocation From(string id, Interaction interaction)
    {
        var ours = settings.Discord;
        var foreign = interaction.Guild is { } guild
            && ((ours.Guild is { } only && only != guild) || (ours.Channels.Count > 0 && ours.ChatFor(interaction.Channel) is null));
        return new Invocation(id, "discord", interaction.User, VisibleText.Of(interaction.UserName), interaction.Channel)
        {
            Undeclared = foreign,
            // Roles mean something only on the server that the administrator named.
            Groups = ours.Guild is not null && interaction.Guild == ours.Guild ? interaction.Roles : [],
        };
    }

    private string Line(Interaction interaction)
    {
        var name = (string?)interaction.Data["name"] ?? "";
        var options = interaction.Options.ToDictionary(o => o.Name, o => o.Value);
        return catalog().Find(name) is { } command ? CommandLine.Write(command.Declaration, options) : $"/{name}";
    }

    /// <summary>The line as it would be typed with the cursor in this option.</summary>
    private static string LineUpTo(CommandDeclaration command, Interaction interaction, string focused)
    {
        var given = interaction.Options.ToDictionary(o => o.Name, o => o.Value.Replace("\"", "", StringComparison.Ordinal));
        var before = command.Options.TakeWhile(o => o.Name != focused).Select(o => $"\"{given.GetValueOrDefault(o.Name)}\" ");
        return $"/{command.Name} {string.Concat(before)}{given.GetValueOrDefault(focused)?.Trim()}";
    }

    /// <summary>Asks for a reason; its answer carries what the button carried.</summary>
    private static JsonObject Form(string data) => new()
    {
        ["custom_id"] = data,
        ["title"] = "Deny",
        ["components"] = new JsonArray(new JsonObject
        {
            ["type"] = 1,
            ["components"] = new JsonArray(new JsonObject
            {
                ["type"] = 4,
                ["custom_id"] = "reason",
                ["label"] = "Why? It will stand on the card.",
                ["style"] = 2,
                ["required"] = false,
                ["max_length"] = LongestReason,
            }),
        }),
    };
}
