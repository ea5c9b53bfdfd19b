using System.Text.Json.Nodes;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>Something a person did, as Discord delivers it; every text in it is hostile.</summary>
/// <remarks>Source: Discord API docs, "Receiving and Responding to Interactions", Interaction Structure.</remarks>
internal sealed record Interaction(
    string Id, string Token, string Application, int Type, string User, string UserName, string Channel, JsonObject Data)
{
    public const int Command = 2, Component = 3, Autocomplete = 4, Form = 5;

    public string? Guild { get; init; }

    /// <summary>Ids of the roles the person has in the server.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Of the message whose button was pressed.</summary>
    public string? Message { get; init; }

    public string? CustomId => (string?)Data["custom_id"];

    /// <summary>Null when it is not what the documentation says.</summary>
    public static Interaction? Read(JsonObject payload)
    {
        try
        {
            var user = payload["member"]?["user"] ?? payload["user"];
            var channel = (string?)payload["channel_id"] ?? (string?)payload["channel"]?["id"];
            var parent = (int?)payload["channel"]?["type"] is 10 or 11 or 12 ? (string?)payload["channel"]!["parent_id"] : null;
            return new(
                (string)payload["id"]!, (string)payload["token"]!, (string)payload["application_id"]!, (int)payload["type"]!,
                (string)user!["id"]!, (string?)user["username"] ?? "", parent is null ? channel! : $"{parent}/{channel}",
                payload["data"] as JsonObject ?? [])
            {
                Guild = (string?)payload["guild_id"],
                Roles = [.. (payload["member"]?["roles"] as JsonArray ?? []).Select(r => (string)r!)],
                Message = (string?)payload["message"]?["id"],
            };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException or ArgumentNullException)
        {
            return null;
        }
    }

    /// <summary>The options of a command as they were given, and which of them is being typed.</summary>
    public IReadOnlyList<(string Name, string Value, bool Focused)> Options =>
        [.. (Data["options"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(o => ((string?)o["name"] ?? "", o["value"]?.ToString() ?? "", o["focused"]?.GetValue<bool>() == true))];

    /// <summary>What was written into the only field of a form.</summary>
    public string Written => (Data["components"] as JsonArray ?? []).OfType<JsonObject>()
        .SelectMany(row => row["components"] as JsonArray ?? (row["component"] is JsonObject one ? new JsonArray(one.DeepClone()) : []))
        .Select(input => (string?)input?["value"] ?? "").FirstOrDefault() ?? "";
}
