using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// The calls of Discord's REST API that the bot makes, within its rate limits: a call refused for its rate is made again when it may be.
/// Every failure is a <see cref="DiscordApiException"/>; no token appears in any.
/// </summary>
/// <remarks>Source: Discord API docs, "API Reference" (version 10) and the pages of the resources.</remarks>
internal sealed class DiscordApi(HttpClient http, Uri server, Secret token, RestLimits limits, TimeProvider time)
{
    /// <summary>Of the form that Discord asks for ("API Reference", "User Agent"): an address and a version.</summary>
    private const string UserAgent = "DiscordBot (https://localhost/chatops, 1.0)";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    public Uri Server => server;

    /// <summary>Where the Gateway is, and how often one may still identify today ("Gateway", "Get Gateway Bot").</summary>
    public async Task<GatewayAddress> GatewayAsync(CancellationToken ct)
    {
        var answer = await CallAsync(Route.Gateway, null, ct);
        var limit = answer["session_start_limit"];
        return new(
            new Uri((string)answer["url"]!), (int?)limit?["remaining"] ?? 1, TimeSpan.FromMilliseconds((long?)limit?["reset_after"] ?? 0));
    }

    public Task<JsonNode> ApplicationAsync(CancellationToken ct) => CallAsync(Route.Application, null, ct);

    public async Task<JsonArray> CommandsAsync(string application, string? guild, CancellationToken ct) =>
        (await CallAsync(Route.Commands(HttpMethod.Get, application, guild), null, ct)).AsArray();

    /// <summary>Replaces all of them at once ("Application Commands", bulk overwrite).</summary>
    public Task SetCommandsAsync(string application, string? guild, JsonArray commands, CancellationToken ct) =>
        CallAsync(Route.Commands(HttpMethod.Put, application, guild), new MessageBody(commands), ct);

    /// <summary>
    /// A message in a channel. Discord makes only one of several with the same nonce within minutes, so a call whose answer was lost is
    /// made again ("Create Message", <c>enforce_nonce</c>).
    /// </summary>
    public async Task<SentMessage> SendAsync(string channel, MessageBody body, string nonce, CancellationToken ct) =>
        Sent(await CallAsync(Route.Messages(channel), body.With(new() { ["nonce"] = nonce, ["enforce_nonce"] = true }), ct));

    /// <param name="body">Asked for when the edit can be made, and once.</param>
    public Task EditAsync(string channel, string message, Func<MessageBody?> body, CancellationToken ct) =>
        MakeAsync(Route.Message(channel, message), body, ct);

    /// <summary>Any call; the answer, or an empty object where there is none.</summary>
    public Task<JsonNode> CallAsync(Route route, MessageBody? body, CancellationToken ct) => MakeAsync(route, () => body, ct);

    public static SentMessage Sent(JsonNode message) => new((string)message["channel_id"]!, (string)message["id"]!);

    private async Task<JsonNode> MakeAsync(Route route, Func<MessageBody?> body, CancellationToken ct)
    {
        var asked = false;
        MessageBody? content = null;
        while (true)
        {
            using var pass = route.IsUnlimited ? null : await limits.EnterAsync(route, ct);
            if (!asked) (content, asked) = (body(), true);
            if (asked && content is null && route.Method != HttpMethod.Get) return new JsonObject();
            if (await OnceAsync(route, content, ct) is { } answer) return answer;
        }
    }

    /// <summary>Null when it was refused for its rate.</summary>
    private Task<JsonNode?> OnceAsync(Route route, MessageBody? body, CancellationToken ct) => Answers.WithinAsync(
        AnswerWithin, time, both => TryAsync(route, body, both),
        e => new DiscordApiException($"{route}", 0, 0, $"{server.Authority} does not answer", e), ct);

    private async Task<JsonNode?> TryAsync(Route route, MessageBody? body, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(route.Method, new Uri(server, $"api/v10/{route.Path}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bot", token.Reveal());
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
            request.Content = body?.ToContent();
            using var response = await http.SendAsync(request, ct);
            var wait = limits.Observe(route, response.StatusCode, response.Headers);
            if (wait is not null && !route.IsUnlimited) return null;
            var text = await response.Content.ReadAsStringAsync(ct);
            if (response.IsSuccessStatusCode) return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text) ?? new JsonObject();
            throw Refused(route, response.StatusCode, text, wait);
        }
        catch (JsonException e)
        {
            throw new DiscordApiException($"{route}", 502, 0, "the answer is not Discord's", e);
        }
    }

    private static DiscordApiException Refused(Route route, HttpStatusCode status, string text, TimeSpan? wait)
    {
        JsonNode? answer = null;
        if (text.StartsWith('{')) answer = JsonNode.Parse(text);
        var said = (string?)answer?["message"] ?? $"HTTP {(int)status}";
        // What exactly is wrong with which field, which only a fault of ours brings about.
        if (answer?["errors"] is { } errors) said += " " + errors.ToJsonString();
        return new($"{route}", (int)status, (int?)answer?["code"] ?? 0, said) { RetryAfter = wait };
    }
}

internal sealed record GatewayAddress(Uri Url, int Remaining, TimeSpan ResetAfter);

internal sealed record SentMessage(string Channel, string Id);

/// <summary>What a call carries: JSON, and with it perhaps a file ("API Reference", "Uploading Files").</summary>
internal sealed record MessageBody(JsonNode Json)
{
    public (string Name, string Text)? File { get; init; }

    public MessageBody With(JsonObject more)
    {
        var json = Json.DeepClone().AsObject();
        foreach (var (name, value) in more) json[name] = value?.DeepClone();
        return this with { Json = json };
    }

    public HttpContent ToContent()
    {
        var json = new StringContent(Json.ToJsonString(), Encoding.UTF8, "application/json");
        if (File is not var (name, text)) return json;
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        return new MultipartFormDataContent { { json, "payload_json" }, { file, "files[0]", name } };
    }
}
