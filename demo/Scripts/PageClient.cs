using System.Net;
using System.Text.Json;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Values;

namespace ChatOps.Demo.Scripts;

/// <summary>Uses the web console as a browser does: signs in, follows the event stream through reconnects, types.</summary>
internal sealed class PageClient : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Card> _cards = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;

    private PageClient(HttpClient http, IReadOnlyList<string> accounts) => (_http, Accounts) = (http, accounts);

    /// <summary>Whom this session may act as; the first is who it is by itself.</summary>
    public IReadOnlyList<string> Accounts { get; }

    /// <summary>The cards shown now, oldest first.</summary>
    public IReadOnlyList<(string Id, Card Card)> Cards
    {
        get
        {
            lock (_gate) return [.. _cards.Select(c => (c.Key, c.Value))];
        }
    }

    public static async Task<PageClient> SignInAsync(string link, CancellationToken ct)
    {
        var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(link) };
        using var page = await http.GetAsync(new Uri(link), ct);
        if (page.StatusCode == HttpStatusCode.Unauthorized)
            throw new FaultException(new("SignIn", "the sign-in link is spent or too old", "Start the bot again for another"));
        var session = await http.GetFromJsonAsync("/api/session", WebJson.Default.SessionAnswer, ct);
        var client = new PageClient(http, session!.Accounts);
        client._following = client.FollowAsync(client._stop.Token);
        return client;
    }

    /// <summary>Types a line and returns every card that changed because of it, once all are settled.</summary>
    /// <param name="decides">The change the line decides on: its card must move too, which may come a moment after the answer.</param>
    public async Task<IReadOnlyList<Card>> TypeAsync(string account, string text, string? decides, TimeSpan patience, CancellationToken ct)
    {
        var before = Cards.ToDictionary(c => c.Id, c => c.Card.State);
        await SayAsync(account, text, ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            await WhenAsync(
                cards => cards.Where(c => !before.ContainsKey(c.Id)).ToList() is { Count: > 0 } answers && cards.All(c => c.Card.IsSettled)
                    && (decides is null || answers.Any(a => a.Card.State == CardState.Failed) || !cards.Any(c => Waits(c.Card, decides))),
                limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What is still at work is returned as it is.
        }
        return [.. Cards.Where(c => !before.TryGetValue(c.Id, out var state) || state != c.Card.State).Select(c => c.Card)];
    }

    /// <summary>Types a line and returns when the bot has heard it.</summary>
    public Task SayAsync(string account, string text, CancellationToken ct) =>
        PostAsync("/api/messages", new TypedText(Guid.NewGuid().ToString("N"), text, account), WebJson.Default.TypedText, ct);

    /// <summary>Presses a button as a browser does; the notice for that person, if any.</summary>
    public async Task<string?> PressAsync(string account, string message, string action, CancellationToken ct) =>
        (await PostAsync(
            "/api/press", new PressedButton(Guid.NewGuid().ToString("N"), message, action, account),
            WebJson.Default.PressedButton, ct)).Text;

    /// <summary>Waits until the cards shown satisfy a condition.</summary>
    public async Task WhenAsync(Func<IReadOnlyList<(string Id, Card Card)>, bool> condition, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (condition(Cards)) return;
            await changed.WaitAsync(ct);
        }
    }

    private static bool Waits(Card card, string change) =>
        card.State == CardState.Waiting && card.Footer?.StartsWith($"change {change} ", StringComparison.Ordinal) == true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ContinueWith(_ => { }, TaskScheduler.Default);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task<Notice> PostAsync<T>(
        string path, T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken ct)
    {
        // One id, any number of tries: the bot does nothing twice, and may be starting anew at this moment.
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path);
                request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
                request.Content.Headers.ContentType = new("application/json");
                request.Headers.Add("X-ChatOps", "1");
                using var answer = await _http.SendAsync(request, ct);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    answer.EnsureSuccessStatusCode();
                    return (await answer.Content.ReadFromJsonAsync(WebJson.Default.Notice, ct))!;
                }
            }
            catch (HttpRequestException e) when (e.StatusCode is null)
            {
                // Away; asked again below.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, ct);
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var position = "";
        while (!ct.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events");
                if (position.Length > 0) request.Headers.Add("Last-Event-ID", position);
                using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                answer.EnsureSuccessStatusCode();
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
                while (await lines.ReadLineAsync(ct) is { } line)
                {
                    if (line.StartsWith("id: ", StringComparison.Ordinal)) position = line[4..];
                    else if (line.StartsWith("event: reset", StringComparison.Ordinal)) Take(null);
                    else if (line.StartsWith("data: {\"id\"", StringComparison.Ordinal))
                        Take(JsonSerializer.Deserialize(line[6..], WebJson.Default.WebMessage));
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, ct);
            }
        }
    }

    private void Take(WebMessage? message)
    {
        lock (_gate)
        {
            if (message is null) _cards.Clear();
            else if (message.Card is not null) _cards[message.Id] = message.Card;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
