using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>The first answer to an interaction: once, within three seconds ("Receiving and Responding", Interaction Callback).</summary>
internal static class CallbackRoute
{
    private const int Message = 4;
    private const int DeferMessage = 5;
    private const int DeferUpdate = 6;
    private const int Update = 7;
    private const int Choices = 8;
    private const int Modal = 9;
    private const int EphemeralFlag = 64;
    private const int ThinkingFlag = 128;

    public static JsonNode? Answer(World world, ApiRequest request)
    {
        if (!world.Interactions.TryGetValue(request.Id("interaction"), out var interaction) || interaction.Token != request["token"])
            throw ApiRefusal.Missing(10062, "interaction");
        if (interaction.Callback is not null) throw new ApiRefusal(400, 40060, "Interaction has already been acknowledged.");
        if (interaction.Failure is not null) throw ApiRefusal.Missing(10062, "interaction");
        var type = Type(interaction, request.Body);
        var data = request.Body["data"] as JsonObject ?? [];
        Carry(world, request, interaction, type, data);
        interaction.Deadline?.Dispose();
        (interaction.Callback, interaction.AcknowledgedAt) = (type, world.Time.GetUtcNow());
        world.Pulse.Beat();
        return request.Flag("with_response") ? Response(world, interaction, type) : null;
    }

    private static void Carry(World world, ApiRequest request, DiscordInteraction interaction, int type, JsonObject data)
    {
        switch (type)
        {
            case Message:
                Say(world, request, interaction, data);
                break;
            case DeferMessage:
                var asked = data["flags"] is JsonValue value && value.TryGetValue(out int bits) ? bits & EphemeralFlag : 0;
                interaction.Ephemeral = asked != 0;
                interaction.Original = Post(world, interaction, new("", [], [], [], world.Time.GetUtcNow()), ThinkingFlag | asked, []);
                break;
            case DeferUpdate:
                interaction.Original = interaction.Message;
                break;
            case Update:
                MessageRoutes.Change(world, interaction.Message!, Draft.Read(world, request, data, "data", interaction: true));
                interaction.Original = interaction.Message;
                MessageRoutes.Published(world, interaction.Message!, "MESSAGE_UPDATE");
                break;
            case Choices:
                interaction.Choices = ReadChoices(data);
                break;
            default:
                interaction.Modal = ModalRules.Read(interaction, data);
                break;
        }
    }

    private static void Say(World world, ApiRequest request, DiscordInteraction interaction, JsonObject data)
    {
        var draft = Draft.Read(world, request, data, "data", interaction: true);
        interaction.Ephemeral = (draft.Flags & EphemeralFlag) != 0;
        var pinged = Mentions.Find(draft.Content ?? "", draft.AllowedMentions, interaction.Channel);
        interaction.Original = Post(world, interaction, draft.First(world.Time.GetUtcNow()), draft.Flags, pinged);
        MessageRoutes.Published(world, interaction.Original, "MESSAGE_CREATE");
    }

    public static DiscordMessage Post(
        World world, DiscordInteraction interaction, DiscordMessageVersion version, int flags, ImmutableArray<string> pinged) =>
        world.Post(new(interaction.Channel, world.Ids.Next(), version) { Interaction = interaction, Flags = flags, Pinged = pinged });

    private static int Type(DiscordInteraction interaction, JsonObject body)
    {
        var type = body["type"] is JsonValue value && value.TryGetValue(out int number) ? number : 0;
        int[] allowed = interaction.Type switch
        {
            DiscordInteractionType.Autocomplete => [Choices],
            DiscordInteractionType.Command => [Message, DeferMessage, Modal],
            DiscordInteractionType.Component => [Message, DeferMessage, DeferUpdate, Update, Modal],
            _ => interaction.Message is null ? [Message, DeferMessage] : [Message, DeferMessage, DeferUpdate, Update],
        };
        if (allowed.Contains(type)) return type;
        var errors = new FormErrors();
        errors.Choice("type", string.Join(", ", allowed));
        errors.ThrowIfAny();
        return type;
    }

    private static ImmutableArray<DiscordChoice> ReadChoices(JsonObject data)
    {
        var errors = new FormErrors();
        var choices = ImmutableArray.CreateBuilder<DiscordChoice>();
        foreach (var (choice, at) in errors.Objects(data, "choices", "data", 25))
        {
            var text = choice["value"]?.GetValueKind() == JsonValueKind.String;
            CommandRules.CheckChoice(choice, text ? 3 : 10, errors, at);
            if (choice["value"] is not { } value) continue;
            object given = text ? (string)value! : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
            choices.Add(new(choice["name"]?.ToString() ?? "", given));
        }
        errors.ThrowIfAny();
        return choices.ToImmutable();
    }

    private static JsonObject Response(World world, DiscordInteraction interaction, int type)
    {
        var message = type is Message or DeferMessage or Update ? interaction.Original : null;
        var about = new JsonObject
        {
            ["id"] = $"{interaction.Id}",
            ["type"] = (int)interaction.Type,
            ["response_message_loading"] = type == DeferMessage,
            ["response_message_ephemeral"] = interaction.Ephemeral,
        };
        if (message is not null) about["response_message_id"] = $"{message.Id}";
        var resource = new JsonObject { ["type"] = type };
        if (message is not null) resource["message"] = WireMessages.Message(world, message);
        return new() { ["interaction"] = about, ["resource"] = resource };
    }
}
