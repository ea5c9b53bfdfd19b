using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing.Telegram;

/// <summary>
/// telegram-test-api, somebody else's emulator of the Bot API, as a process on a free port: a second opinion. It knows getMe,
/// getUpdates (which never waits), sendMessage, edits, deleteMessage, answerCallbackQuery and webhooks; no limits, no HTML, no commands.
/// </summary>
public sealed class TelegramTestApi : IAsyncDisposable
{
    private readonly NodeProgram _program;
    private readonly HttpClient _http;

    private TelegramTestApi(NodeProgram program, Uri url)
    {
        (_program, Url) = (program, url);
        _http = new() { BaseAddress = url };
    }

    public Uri Url { get; }

    public string Token { get; } = "666:emulated-token";

    public static async Task<TelegramTestApi> StartAsync()
    {
        var program = NodeProgram.Start(NodeParts.Script("telegram-test-api.mjs"));
        return new(program, new(await program.LineAsync(line => line.StartsWith("http", StringComparison.Ordinal))));
    }

    public Task SayAsync(string text, long person = 1, long chat = 1) => PostAsync("sendMessage", Common(text, person, chat));

    /// <summary>A text that begins with a command.</summary>
    public Task CommandAsync(string text, long person = 1, long chat = 1)
    {
        var message = Common(text, person, chat);
        var length = text.Split(' ')[0].Length;
        message["entities"] = new JsonArray(new JsonObject { ["type"] = "bot_command", ["offset"] = 0, ["length"] = length });
        return PostAsync("sendCommand", message);
    }

    public Task PressAsync(string data, long messageId, long person = 1, long chat = 1)
    {
        var message = Common("", person, chat);
        message["message_id"] = messageId;
        var from = message["from"]!.DeepClone();
        var press = new JsonObject { ["botToken"] = Token, ["date"] = 0, ["from"] = from, ["message"] = message, ["data"] = data };
        return PostAsync("sendCallback", press);
    }

    /// <summary>What the bot said in a chat, as it is now: message id and the parameters of sendMessage.</summary>
    public async Task<IReadOnlyList<(long Id, JsonNode Message)>> FromBotAsync(long chat = 1)
    {
        var answer = await PostAsync("getUpdatesHistory", new JsonObject { ["token"] = Token });
        return [.. (answer["result"] as JsonArray ?? [])
            .Where(update => update?["message"]?["chat_id"]?.ToString() == chat.ToString(CultureInfo.InvariantCulture))
            .Select(update => ((long)update!["messageId"]!, update["message"]!))];
    }

    /// <summary>The emulator tells nobody, so it is asked until the message is there.</summary>
    public async Task<(long Id, JsonNode Message)> MessageAsync(string containing, long chat = 1)
    {
        (long Id, JsonNode Message) found = default;
        await Eventually.TrueAsync($"a message with {containing}", async () =>
        {
            found = (await FromBotAsync(chat))
                .FirstOrDefault(m => m.Message["text"]?.ToString().Contains(containing, StringComparison.Ordinal) == true);
            return found.Message is not null;
        });
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
    }

    private JsonObject Common(string text, long person, long chat) => new()
    {
        ["botToken"] = Token,
        ["date"] = 1_795_000_000,
        ["from"] = new JsonObject { ["id"] = person, ["first_name"] = "Ada", ["username"] = "ada", ["is_bot"] = false },
        ["chat"] = new JsonObject { ["id"] = chat, ["first_name"] = "Ada", ["username"] = "ada", ["type"] = "private" },
        ["text"] = text,
    };

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>() ?? new JsonObject();
    }
}
