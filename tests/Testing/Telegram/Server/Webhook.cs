using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// Posts updates to the bot's address one after another, each until it is answered with 2xx, with growing pauses (Bot API, setWebhook).
/// </summary>
internal sealed class Webhook : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly World _world;
    private readonly string? _secret;

    public Webhook(World world, string url, string? secret, int maxConnections)
    {
        (_world, Url, _secret, MaxConnections) = (world, url, secret, maxConnections);
        _ = DeliverAsync();
    }

    public string Url { get; }

    public int MaxConnections { get; }

    public int Failures { get; private set; }

    public (DateTimeOffset At, string Why)? LastError { get; private set; }

    /// <summary>An answer may carry a call: "Making requests when getting updates".</summary>
    public required Func<JsonObject, Task> OnReply { get; init; }

    private async Task DeliverAsync()
    {
        try
        {
            await Task.Yield();
            while (!_stop.IsCancellationRequested) await NextAsync();
        }
        catch (OperationCanceledException)
        {
            // deleteWebhook, another setWebhook, or the end of the test.
        }
    }

    private async Task NextAsync()
    {
        var changed = _world.Pulse.Next;
        TelegramUpdate? update;
        lock (_world.Gate) update = _world.Updates.First;
        if (update is null)
        {
            await changed.WaitAsync(_stop.Token);
            return;
        }
        for (var pause = TimeSpan.FromSeconds(1); ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            var (failure, reply) = await PostAsync(update);
            if (failure is null)
            {
                lock (_world.Gate) _world.Updates.Confirm(update);
                if (reply?["method"] is not null) await OnReply(reply);
                return;
            }
            // Made before the failure can be seen, so that a test which sees it may move the clock.
            var rest = Task.Delay(pause, _world.Time, _stop.Token);
            lock (_world.Gate) (Failures, LastError) = (Failures + 1, (_world.Time.GetUtcNow(), failure));
            _world.Pulse.Beat();
            await rest;
        }
    }

    private async Task<(string? Failure, JsonObject? Reply)> PostAsync(TelegramUpdate update)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new StringContent(update.Json, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (_secret is not null) request.Headers.Add("X-Telegram-Bot-Api-Secret-Token", _secret);
        try
        {
            lock (_world.Gate) update.Deliveries++;
            using var response = await _http.SendAsync(request, _stop.Token);
            var body = await response.Content.ReadAsStringAsync(_stop.Token);
            if (!response.IsSuccessStatusCode)
                return ($"Wrong response from the webhook: {(int)response.StatusCode} {response.ReasonPhrase}", null);
            return (null, body.StartsWith('{') ? JsonNode.Parse(body) as JsonObject : null);
        }
        catch (HttpRequestException e)
        {
            return ($"Connection failed: {e.Message}", null);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
    }
}
