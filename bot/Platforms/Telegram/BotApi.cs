using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// The calls of Telegram's Bot API that the bot makes. Every failure is a <see cref="BotApiException"/>; the token, which is part of every
/// address, appears in none.
/// </summary>
/// <remarks>Source: Telegram Bot API, "Making requests" and the methods named as here.</remarks>
internal sealed class BotApi(HttpClient http, Uri server, Secret token, TimeProvider time)
{
    /// <summary>In bytes (Bot API, "InlineKeyboardButton").</summary>
    public const int LongestCallbackData = 64;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20), PollLateBy = TimeSpan.FromSeconds(10);

    public Uri Server => server;

    public Task<TelegramUser> GetMeAsync(CancellationToken ct) => CallAsync("getMe", [], TelegramJson.Default.TelegramUser, ct);

    /// <summary>Everything from an offset on; asking with an offset confirms all below it. Waits up to that long for the first.</summary>
    public Task<IReadOnlyList<Update>> GetUpdatesAsync(long offset, TimeSpan wait, CancellationToken ct) => CallAsync(
        "getUpdates",
        new JsonObject
        {
            ["offset"] = offset,
            ["timeout"] = (int)wait.TotalSeconds,
            ["allowed_updates"] = new JsonArray(["message", "callback_query", "my_chat_member"]),
        },
        TelegramJson.Default.IReadOnlyListUpdate, ct, wait + PollLateBy);

    public Task SetWebhookAsync(Uri url, Secret secret, CancellationToken ct) => DoAsync(
        "setWebhook",
        new JsonObject
        {
            ["url"] = url.ToString(),
            ["secret_token"] = secret.Reveal(),
            ["allowed_updates"] = new JsonArray(["message", "callback_query", "my_chat_member"]),
        },
        ct);

    public Task DeleteWebhookAsync(CancellationToken ct) => DoAsync("deleteWebhook", [], ct);

    public Task<JsonNode> GetCommandsAsync(CancellationToken ct) => CallAsync("getMyCommands", [], TelegramJson.Default.JsonNode, ct);

    public Task SetCommandsAsync(JsonArray commands, CancellationToken ct) =>
        DoAsync("setMyCommands", new JsonObject { ["commands"] = commands }, ct);

    public Task<SentMessage> SendMessageAsync(ChatPlace place, MessageText text, CancellationToken ct)
    {
        var body = new JsonObject { ["chat_id"] = place.Chat };
        if (place.Thread is { } topic) body["message_thread_id"] = topic;
        return CallAsync("sendMessage", Filled(body, text), TelegramJson.Default.SentMessage, ct);
    }

    public Task EditMessageAsync(ChatPlace place, long message, MessageText text, CancellationToken ct)
    {
        var body = new JsonObject { ["chat_id"] = place.Chat, ["message_id"] = message };
        return DoAsync("editMessageText", Filled(body, text), ct);
    }

    /// <summary>Stops the button's spinner; the text, if any, shows for that person alone.</summary>
    public Task AnswerPressAsync(string query, string? text, CancellationToken ct)
    {
        var body = new JsonObject { ["callback_query_id"] = query };
        if (text is not null) (body["text"], body["show_alert"]) = (text, text.Length > 60);
        return DoAsync("answerCallbackQuery", body, ct);
    }

    public async Task SendDocumentAsync(ChatPlace place, string name, string text, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(place.Chat.ToString(CultureInfo.InvariantCulture)), "chat_id" },
        };
        if (place.Thread is { } topic) form.Add(new StringContent(topic.ToString(CultureInfo.InvariantCulture)), "message_thread_id");
        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        form.Add(file, "document", name);
        await SendAsync("sendDocument", form, AnswerWithin, ct);
    }

    /// <summary>Put together as text: a token has a colon, which a relative address would take for a scheme's.</summary>
    private Uri Address(string method) => new($"{server}bot{token.Reveal()}/{method}");

    private static JsonObject Filled(JsonObject body, MessageText text)
    {
        body["text"] = text.Html;
        body["parse_mode"] = "HTML";
        body["link_preview_options"] = new JsonObject { ["is_disabled"] = true };
        body["reply_markup"] = new JsonObject { ["inline_keyboard"] = text.Keyboard.DeepClone() };
        return body;
    }

    private async Task<T> CallAsync<T>(string method, JsonObject body, JsonTypeInfo<T> type, CancellationToken ct, TimeSpan? within = null)
        where T : class
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var result = await SendAsync(method, content, within ?? AnswerWithin, ct);
        try
        {
            return result?.Deserialize(type) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw NotTelegrams(method, e);
        }
    }

    private async Task DoAsync(string method, JsonObject body, CancellationToken ct)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        await SendAsync(method, content, AnswerWithin, ct);
    }

    private Task<JsonElement?> SendAsync(string method, HttpContent content, TimeSpan within, CancellationToken ct) => Answers.WithinAsync(
        within, time, both => TryAsync(method, content, both),
        e => new BotApiException(method, 0, $"{server.Authority} does not answer", e), ct);

    private async Task<JsonElement?> TryAsync(string method, HttpContent content, CancellationToken ct)
    {
        try
        {
            using var response = await http.PostAsync(Address(method), content, ct);
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            var answer = await JsonSerializer.DeserializeAsync(stream, TelegramJson.Default.Answer, ct) ?? new Answer();
            if (answer.Ok) return answer.Result;
            throw new BotApiException(
                method, answer.ErrorCode is 0 ? (int)response.StatusCode : answer.ErrorCode, answer.Description ?? "no reason given")
            {
                RetryAfter = answer.Parameters?.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                MovedTo = answer.Parameters?.MigrateToChatId,
            };
        }
        catch (JsonException e)
        {
            throw NotTelegrams(method, e);
        }
    }

    private static BotApiException NotTelegrams(string method, Exception cause) => new(method, 502, "the answer is not Telegram's", cause);
}

/// <summary>A refusal of the Bot API, or its absence.</summary>
/// <param name="code">The <c>error_code</c>; 0 when no answer came.</param>
internal sealed class BotApiException(string method, int code, string description, Exception? cause = null)
    : Exception($"{method}: {description}", cause)
{
    public int Code { get; } = code;

    public string Description { get; } = description;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The supergroup that a group has become.</summary>
    public long? MovedTo { get; init; }

    /// <summary>Whether the same call may succeed later by itself.</summary>
    public bool IsTransient => Code is 0 or 429 or >= 500;

    public bool Says(string words) => Description.Contains(words, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A chat, or one topic of it; written <c>-100123/42</c> where a channel is named.</summary>
internal readonly record struct ChatPlace(long Chat, long? Topic)
{
    /// <summary>The topic that every forum has, by the number that links to it end in.</summary>
    public const long General = 1;

    public bool IsPrivate => Chat > 0;

    /// <summary>What is sent there names as its thread: for General nothing, as the API knows no thread of that number.</summary>
    public long? Thread => Topic == General ? null : Topic;

    public static ChatPlace? Parse(string channel)
    {
        var parts = channel.Split('/');
        var culture = CultureInfo.InvariantCulture;
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, culture, out var chat)) return null;
        if (parts.Length == 1) return new(chat, null);
        return long.TryParse(parts[1], NumberStyles.None, culture, out var topic) ? new(chat, topic) : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chat}{(Topic is null ? "" : "/")}{Topic}");
}
