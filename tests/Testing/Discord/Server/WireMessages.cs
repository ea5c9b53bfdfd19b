using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Messages in JSON ("Message", Message Structure and its parts).</summary>
internal static class WireMessages
{
    public static JsonObject Message(World world, DiscordMessage message, bool withContent = true)
    {
        var json = new JsonObject
        {
            ["id"] = $"{message.Id}",
            ["channel_id"] = $"{message.Channel.Id}",
            ["author"] = message.From is { } person ? Wire.User(person) : world.Me(),
            ["content"] = withContent ? message.Content : "",
            ["timestamp"] = Wire.Time(message.Date),
            ["edited_timestamp"] = message.Versions.Count > 1 ? Wire.Time(message.Now.At) : null,
            ["tts"] = false,
            ["mention_everyone"] = message.Pinged.Any(p => p is "@everyone" or "@here"),
            ["mentions"] = new JsonArray([.. world.People.Values.Where(p => message.Pinged.Contains(p.Mention)).Select(Wire.User)]),
            ["mention_roles"] = new JsonArray(
                [.. message.Pinged.Where(p => p.StartsWith("<@&", StringComparison.Ordinal)).Select(p => (JsonNode)p[3..^1])]),
            ["attachments"] = new JsonArray([.. message.Attachments.Select(a => (JsonNode)Attachment(world, message, a))]),
            ["embeds"] = new JsonArray([.. message.Embeds.Select(e => Embed(e))]),
            ["components"] = Rows(message),
            ["pinned"] = false,
            ["type"] = message.ReplyTo is not null ? 19 : message.Interaction is { Type: DiscordInteractionType.Command } ? 20 : 0,
            ["flags"] = message.Flags,
        };
        References(world, message, json);
        return json;
    }

    private static void References(World world, DiscordMessage message, JsonObject json)
    {
        if (message.Nonce is not null) json["nonce"] = message.Nonce;
        if (message.Thread is { } thread) json["thread"] = Wire.Channel(world, thread);
        if (message.ReplyTo is { } replied)
        {
            json["message_reference"] =
                new JsonObject { ["type"] = 0, ["message_id"] = $"{replied}", ["channel_id"] = $"{message.Channel.Id}" };
        }
        if (message.Interaction is not { } interaction) return;
        json["application_id"] = $"{world.BotId}";
        json["webhook_id"] = $"{world.BotId}";
        json["interaction_metadata"] = new JsonObject
        {
            ["id"] = $"{interaction.Id}",
            ["type"] = (int)interaction.Type,
            ["user"] = Wire.User(interaction.Person),
            ["authorizing_integration_owners"] = new JsonObject(),
        };
    }

    private static JsonNode Embed(DiscordEmbed embed)
    {
        var json = JsonNode.Parse(embed.Json)!;
        json["type"] = "rich";
        return json;
    }

    private static JsonArray Rows(DiscordMessage message) => new([.. message.Now.Rows.Select((row, i) => (JsonNode)new JsonObject
    {
        ["type"] = 1,
        ["id"] = i * 10 + 1,
        ["components"] = new JsonArray([.. row.Select((component, j) =>
        {
            var json = JsonNode.Parse(component.Json)!;
            json["id"] = i * 10 + j + 2;
            return json;
        })]),
    })]);

    private static JsonObject Attachment(World world, DiscordMessage message, DiscordAttachment file)
    {
        var url = $"{world.Url}attachments/{message.Channel.Id}/{file.Id}/{Uri.EscapeDataString(file.Name)}";
        var json = new JsonObject
        {
            ["id"] = $"{file.Id}",
            ["filename"] = file.Name,
            ["size"] = file.Bytes.Length,
            ["url"] = url,
            ["proxy_url"] = url,
        };
        if (file.ContentType is not null) json["content_type"] = file.ContentType;
        if (file.Description is not null) json["description"] = file.Description;
        return json;
    }
}
