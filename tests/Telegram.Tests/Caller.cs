using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

/// <summary>Calls the Bot API with nothing between, for the rules no library shows.</summary>
internal sealed class Caller(TelegramSimulator telegram) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new($"{telegram.Url}bot{telegram.Token}/") };

    public async Task<JsonNode> CallAsync(string method, object? parameters = null)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(method, UriKind.Relative), parameters ?? new { });
        var body = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((bool)body["ok"]! ? 200 : (int)body["error_code"]!, (int)response.StatusCode);
        return body;
    }

    public async Task<string?> RefusalAsync(string method, object parameters) =>
        (string?)(await CallAsync(method, parameters))["description"];

    public async Task<JsonNode> SendAsync(TelegramChat chat, string text, string? mode = null) =>
        await CallAsync("sendMessage", new { chat_id = chat.Id, text, parse_mode = mode ?? "" });

    public async Task<long[]> UpdatesAsync(object parameters) =>
        [.. (await CallAsync("getUpdates", parameters))["result"]!.AsArray().Select(u => (long)u!["update_id"]!)];

    public async Task<(int Status, string Body)> RawAsync(string method, HttpContent content)
    {
        using var response = await _http.PostAsync(new Uri(method, UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<string> DownloadAsync(string path) => _http.GetStringAsync(new Uri($"{telegram.Url}file/bot{telegram.Token}/{path}"));

    public void Dispose() => _http.Dispose();
}
