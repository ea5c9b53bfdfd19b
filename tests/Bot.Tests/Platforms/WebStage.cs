using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Bot.Settings;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>
/// The bot's own page as a browser behind a proxy that knows its users: posts, and the stream of events with its resumption.
/// </summary>
internal sealed class WebStage : ChatStage
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<JsonNode>> _states = [];
    private readonly List<string> _order = [];
    private CancellationTokenSource _listening = new();
    private Task _reading = Task.CompletedTask;
    private string? _position;
    private (string Person, JsonObject Body) _last;

    public override (string Platform, string Channel) Place => ("web", "ops");

    public override IReadOnlyList<SeenMessage> Messages
    {
        get
        {
            lock (_gate) return [.. _order.Select(Seen)];
        }
    }

    public override int Violations => 0;

    public override Task SayAsync(string person, string text)
    {
        _last = (person, new JsonObject { ["id"] = NewId(), ["text"] = text, ["as"] = person });
        return RepeatAsync();
    }

    public override async Task RepeatAsync()
    {
        using var response = await PostAsync("api/messages", _last.Person, _last.Body);
        response.EnsureSuccessStatusCode();
    }

    public override Task<string?> PressAsync(string person, SeenMessage message, string label) =>
        ForgeAsync(person, message, message.Actions[^(message.Buttons.Count - message.Buttons.ToList().IndexOf(label))]);

    public override async Task<string?> ForgeAsync(string person, SeenMessage message, string action)
    {
        var body = new JsonObject { ["id"] = NewId(), ["message"] = message.Id, ["action"] = action, ["as"] = person };
        using var response = await PostAsync("api/press", person, body);
        return (string?)(await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())?["text"];
    }

    public override async Task<bool> RefusesAsync(string stranger, string text)
    {
        using var response = await PostAsync(
            "api/messages", stranger, new JsonObject { ["id"] = NewId(), ["text"] = text, ["as"] = stranger });
        return response.StatusCode == HttpStatusCode.Unauthorized && Messages.Count == 0;
    }

    public override string Whole(SeenMessage message) => Messages.Single(m => m.Id == message.Id).Text;

    public override async Task CutAsync()
    {
        await _listening.CancelAsync();
        await _reading;
    }

    public override Task MendAsync()
    {
        _listening = new();
        _reading = ReadAsync(_listening.Token);
        return Task.CompletedTask;
    }

    public override Task WhenAsync(Func<bool> condition) => Eventually.TrueAsync("the page shows it", condition, Patience.TotalSeconds);

    public override async ValueTask DisposeAsync()
    {
        await CutAsync();
        _listening.Dispose();
        _http.Dispose();
        await base.DisposeAsync();
    }

    protected override Task<BotSettings> PrepareAsync(string ns) => Task.FromResult(Settings(
        ns, text => text.Replace("channel: ops", "channel: ops, trustedProxies: ['127.0.0.1']", StringComparison.Ordinal)));

    protected override Task ReadyAsync() => MendAsync();

    private async Task ReadAsync(CancellationToken ct)
    {
        try
        {
            using var request = Request(HttpMethod.Get, "api/events", "dan");
            if (_position is not null) request.Headers.Add("Last-Event-ID", _position);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            using var lines = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(ct));
            while (await lines.ReadLineAsync(ct) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) _position = line[4..];
                if (line.StartsWith("data: ", StringComparison.Ordinal)) Take(JsonNode.Parse(line[6..])!);
            }
        }
        catch (OperationCanceledException)
        {
            // Cut, as a browser's connection is.
        }
    }

    private void Take(JsonNode message)
    {
        if (message["card"] is null) return;
        var id = (string)message["id"]!;
        lock (_gate)
        {
            if (_states.TryAdd(id, [])) _order.Add(id);
            _states[id].Add(message["card"]!);
        }
    }

    private SeenMessage Seen(string id)
    {
        var states = _states[id];
        var now = System.Text.Json.JsonSerializer.Deserialize(states[^1], WebJson.Default.Card)!;
        return new(
            id, PlainText.Render(now with { Buttons = [] }), [.. now.Buttons.Select(b => b.Label)],
            [.. states.SelectMany(s => s["buttons"]?.AsArray() ?? []).Select(b => (string)b!["action"]!).Distinct()], states.Count);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string person, JsonObject body)
    {
        var request = Request(HttpMethod.Post, path, person);
        request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add("X-ChatOps", "1");
        return _http.SendAsync(request);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string person)
    {
        var request = new HttpRequestMessage(method, new Uri(Bot.Url, path));
        request.Headers.Add("X-Forwarded-User", person);
        return request;
    }

    private static string NewId() => Guid.NewGuid().ToString("N");
}
