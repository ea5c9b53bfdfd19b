using System.Text.Json.Nodes;
using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>What people do: use commands, press buttons, fill in forms, talk.</summary>
public sealed partial class DiscordSimulator
{
    /// <summary>
    /// Uses a slash command, "deploy" or "schedule set", with options by name: text, whole or decimal numbers, truth values, people,
    /// roles, channels, or a choice's name. Throws when Discord's client would not offer or send it.
    /// </summary>
    public DiscordInteraction Invoke(
        DiscordPerson person, DiscordChannel channel, string command, params (string Name, object Value)[] options) =>
        Locked(() => Use(DiscordInteractionType.Command, person, channel, command, options));

    /// <summary>The suggestions while a person types: the last option is half typed. Empty when the bot does not answer in time.</summary>
    public async Task<IReadOnlyList<DiscordChoice>> AutocompleteAsync(
        DiscordPerson person, DiscordChannel channel, string command, params (string Name, object Value)[] options)
    {
        var asked = Locked(() => Use(DiscordInteractionType.Autocomplete, person, channel, command, options, focused: options[^1].Name));
        await WhenAsync(() => asked.Choices is not null || asked.Failure is not null);
        return asked.Choices ?? [];
    }

    /// <summary>Presses a button that is there now, named by its label or its custom id.</summary>
    public DiscordInteraction Press(DiscordPerson person, DiscordMessage message, string labelOrId)
    {
        var button = message.Buttons.FirstOrDefault(b => b.Label == labelOrId)
            ?? message.Buttons.FirstOrDefault(b => b.CustomId == labelOrId)
            ?? throw new InvalidOperationException($"no {labelOrId}, but {string.Join(", ", message.Buttons.Select(b => b.Label))}");
        if (message.Deleted) throw new InvalidOperationException("the message is deleted: there is nothing to press");
        if (button.Disabled) throw new InvalidOperationException($"{labelOrId} is disabled");
        if (message.Ephemeral && message.Interaction?.Person != person) throw new InvalidOperationException("only its person sees it");
        var id = button.CustomId ?? throw new InvalidOperationException($"{labelOrId} sends nothing to the bot");
        return PressForged(person, message, id);
    }

    /// <summary>Sends any custom id as if a button had it: an old button, or a client that is not Discord's.</summary>
    public DiscordInteraction PressForged(DiscordPerson person, DiscordMessage message, string customId) => Locked(() =>
        Interactions.Send(_world, DiscordInteractionType.Component, person, message.Channel, Component(customId, 2), message));

    /// <summary>Chooses from the string select that has the custom id.</summary>
    public DiscordInteraction Select(DiscordPerson person, DiscordMessage message, string customId, params string[] values) => Locked(() =>
    {
        var menu = message.Components.FirstOrDefault(c => c.Type == 3 && c.CustomId == customId && !c.Disabled)
            ?? throw new InvalidOperationException($"no menu {customId}");
        var offered = JsonNode.Parse(menu.Json)!["options"]!.AsArray().Select(o => (string)o!["value"]!);
        if (values.Except(offered).Any()) throw new InvalidOperationException($"{customId} offers {string.Join(", ", offered)}");
        var data = Component(customId, 3);
        data["values"] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        return Interactions.Send(_world, DiscordInteractionType.Component, person, message.Channel, data, message);
    });

    /// <summary>Fills in a form, by custom id or label, and sends it; what is not named keeps the value it came with.</summary>
    public DiscordInteraction Submit(DiscordModal modal, params (string Input, string Value)[] values) => Locked(() =>
    {
        if (values.FirstOrDefault(v => modal.Inputs.All(i => i.CustomId != v.Input && i.Label != v.Input)) is { Input: { } unknown })
            throw new InvalidOperationException($"no {unknown}, but {string.Join(", ", modal.Inputs.Select(i => i.Label))}");
        var parts = modal.Inputs.Select((input, i) => (JsonNode)Part(input, Filled(input, values), i));
        var data = new JsonObject { ["custom_id"] = modal.CustomId, ["components"] = new JsonArray([.. parts]) };
        var shown = modal.ShownFor;
        return Interactions.Send(_world, DiscordInteractionType.ModalSubmit, shown.Person, shown.Channel, data, shown.Message);
    });

    /// <summary>Says something; the bot reads it only with the intents for it.</summary>
    public DiscordMessage Say(DiscordPerson person, DiscordChannel channel, string text) => Locked(() =>
    {
        var version = new DiscordMessageVersion(text, [], [], [], _world.Time.GetUtcNow());
        var message = _world.Post(new(channel, _world.Ids.Next(), version) { From = person, Pinged = Mentions.Find(text, null, channel) });
        var open = channel.Guild is null || text.Contains($"<@{BotId}>", StringComparison.Ordinal);
        var (whole, empty) = (WireMessages.Message(_world, message), WireMessages.Message(_world, message, withContent: open));
        if (channel.Guild is { } guild) (whole["guild_id"], empty["guild_id"]) = ($"{guild.Id}", $"{guild.Id}");
        _world.Sessions.Publish("MESSAGE_CREATE", whole, Intents.Messages(channel), empty);
        return message;
    });

    /// <summary>A moderator deletes a message, anybody's.</summary>
    public void Delete(DiscordMessage message)
    {
        lock (_world.Gate) MessageRoutes.Remove(_world, message);
    }

    /// <summary>Delivers an interaction's event again: as a new event, or with the sequence number it had.</summary>
    public void Resend(DiscordInteraction interaction, bool withOldSequence = false)
    {
        lock (_world.Gate)
        {
            var own = $"\"id\":\"{interaction.Id}\"";
            if (!withOldSequence) _world.Sessions.Publish("INTERACTION_CREATE", JsonNode.Parse(interaction.Json)!, Intents.None);
            else foreach (var session in _world.Sessions.All) session.Repeat(text => text.Contains(own, StringComparison.Ordinal));
        }
    }

    private DiscordInteraction Use(
        DiscordInteractionType type, DiscordPerson person, DiscordChannel channel, string line,
        (string Name, object Value)[] options, string? focused = null)
    {
        var names = line.Split(' ');
        var offered = _world.Commands.Offered(channel, person).ToList();
        var command = offered.Find(c => (string)c["name"]! == names[0]) ?? throw new InvalidOperationException(
            $"{person.Username} is not offered /{names[0]} in {channel}, but {string.Join(", ", offered.Select(c => c["name"]))}");
        var (leaf, nesting) = OptionRules.Descend(command, names.Skip(1));
        var resolved = new JsonObject();
        var filled = new OptionRules(resolved).Fill(leaf, options, focused);
        foreach (var level in Enumerable.Reverse(nesting))
            filled = [new JsonObject { ["name"] = (string)level["name"]!, ["type"] = (int)level["type"]!, ["options"] = filled }];
        var data = new JsonObject { ["id"] = (string)command["id"]!, ["name"] = names[0], ["type"] = 1, ["options"] = filled };
        if (command["guild_id"] is { } guild) data["guild_id"] = (string)guild!;
        if (resolved.Count > 0) data["resolved"] = resolved;
        return Interactions.Send(_world, type, person, channel, data);
    }

    private static JsonObject Component(string customId, int type) => new() { ["custom_id"] = customId, ["component_type"] = type };

    private static string Filled(DiscordTextInput input, (string Input, string Value)[] values)
    {
        var value = values.FirstOrDefault(v => v.Input == input.CustomId || v.Input == input.Label).Value ?? input.Value ?? "";
        if (value.Length == 0 && !input.Required) return value;
        return value.Length >= Math.Max(input.MinLength, 1) && value.Length <= input.MaxLength ? value
            : throw new InvalidOperationException($"{input.Label} takes {input.MinLength} to {input.MaxLength} characters");
    }

    private static JsonObject Part(DiscordTextInput input, string value, int index)
    {
        var field = new JsonObject { ["type"] = 4, ["id"] = index * 2 + 2, ["custom_id"] = input.CustomId, ["value"] = value };
        return input.InLabel
            ? new JsonObject { ["type"] = 18, ["id"] = index * 2 + 1, ["component"] = field }
            : new JsonObject { ["type"] = 1, ["id"] = index * 2 + 1, ["components"] = new JsonArray(field) };
    }
}
