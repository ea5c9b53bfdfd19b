using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Makes interactions, sends them out and starts their three seconds ("Receiving and Responding").</summary>
internal static class Interactions
{
    public static DiscordInteraction Send(
        World world, DiscordInteractionType type, DiscordPerson person, DiscordChannel channel, JsonObject data,
        DiscordMessage? message = null)
    {
        if (channel.Guild is { } guild && !guild.Members.ContainsKey(person))
            throw new InvalidOperationException($"{person.Username} is not in {guild}");
        if (channel.Person is { } owner && owner != person) throw new InvalidOperationException($"{channel} is not {person.Username}'s");
        if (channel.Archived) throw new InvalidOperationException($"{channel} is archived: Discord offers nothing there");
        var interaction = new DiscordInteraction(world.Pulse, world.Ids.Next(), type, person, channel)
        {
            At = world.Time.GetUtcNow(),
            Message = message,
        };
        world.Interactions[interaction.Id] = interaction;
        interaction.Json = Event(world, interaction, data).ToJsonString();
        interaction.Deadline = world.Time.CreateTimer(
            _ => Expire(world, interaction), null, world.Options.AnswerWithin, Timeout.InfiniteTimeSpan);
        world.Sessions.Publish("INTERACTION_CREATE", JsonNode.Parse(interaction.Json)!, Intents.None);
        return interaction;
    }

    private static void Expire(World world, DiscordInteraction interaction)
    {
        lock (world.Gate)
        {
            interaction.Deadline?.Dispose();
            if (interaction.Callback is not null) return;
            interaction.Failure = interaction.Type switch
            {
                DiscordInteractionType.Command => "The application did not respond",
                DiscordInteractionType.Component => "This interaction failed",
                DiscordInteractionType.Autocomplete => "Loading options failed",
                _ => "Something went wrong. Try again.",
            };
        }
        world.Pulse.Beat();
    }

    private static JsonObject Event(World world, DiscordInteraction interaction, JsonObject data)
    {
        var (channel, person) = (interaction.Channel, interaction.Person);
        var json = new JsonObject
        {
            ["id"] = $"{interaction.Id}",
            ["application_id"] = $"{world.BotId}",
            ["type"] = (int)interaction.Type,
            ["token"] = interaction.Token,
            ["version"] = 1,
            ["data"] = data,
            ["channel_id"] = $"{channel.Id}",
            ["channel"] = Wire.Channel(world, channel),
            ["locale"] = "en-GB",
            ["app_permissions"] = $"{Permissions.Of(ChannelRoutes.Access(channel))}",
            ["entitlements"] = new JsonArray(),
            ["authorizing_integration_owners"] = new JsonObject { ["0"] = channel.Guild is null ? "0" : $"{channel.Guild.Id}" },
            ["context"] = channel.Guild is null ? 1 : 0,
            ["attachment_size_limit"] = 10485760,
        };
        if (interaction.Message is { } message) json["message"] = WireMessages.Message(world, message);
        if (channel.Guild is not { } guild)
        {
            json["user"] = Wire.User(person);
            return json;
        }
        json["guild_id"] = $"{guild.Id}";
        json["guild"] = new JsonObject { ["id"] = $"{guild.Id}", ["locale"] = "en-US", ["features"] = new JsonArray() };
        json["guild_locale"] = "en-US";
        json["member"] = Wire.Member(guild, person);
        return json;
    }
}
