using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram;

/// <summary>Something the bot is to hear of (Bot API, Update).</summary>
/// <param name="Type">message, edited_message, callback_query or my_chat_member.</param>
public sealed record TelegramUpdate(long Id, string Type, string Json)
{
    /// <summary>The bot asked for a later one, or its webhook answered 2xx.</summary>
    public bool Confirmed { get; internal set; }

    /// <summary>How many times it went out.</summary>
    public int Deliveries { get; internal set; }

    internal JsonNode ToNode() => JsonNode.Parse(Json)!;
}
