using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Bench;

/// <summary>
/// Types into the web console as its page does, and hears on its event stream when the bot shows that it heard, and what came of it.
/// </summary>
internal sealed class ConsoleClient : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly string _account;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Typed>> _unheard = new();
    private readonly Dictionary<string, Typed> _shown = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _stream;
    private int _ids;

    private ConsoleClient(HttpClient http, string account)
    {
        (_http, _account) = (http, account);
        _stream = Task.Run(ListenAsync);
    }

    public static async Task<ConsoleClient> SignInAsync(Uri link, string account)
    {
        var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), MaxConnectionsPerServer = 512 })
        {
            BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var page = await http.GetAsync(link);
        page.EnsureSuccessStatusCode();
        var client = new ConsoleClient(http, account);
        await client._listening.Task;
        return client;
    }

    /// <summary>Sends a line; its times count from <paramref name="due"/>, when it was to be sent.</summary>
    public Typed Type(string text, long due)
    {
        var typed = new Typed(due);
        _unheard.GetOrAdd(text, _ => new()).Enqueue(typed);
        _ = PostAsync(text, typed);
        return typed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task PostAsync(string text, Typed typed)
    {
        var body = new JsonObject { ["id"] = $"bench-{Interlocked.Increment(ref _ids)}", ["text"] = text, ["as"] = _account };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/messages")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("X-ChatOps", "1");
        try
        {
            using var answer = await _http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException e)
        {
            typed.Fail(e);
        }
    }

    private async Task ListenAsync()
    {
        using var answer = await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_stopping.Token));
        while (await lines.ReadLineAsync(_stopping.Token) is { } line)
        {
            _listening.TrySetResult();
            if (line.StartsWith("data: {\"id\"", StringComparison.Ordinal)) Hear(line.AsMemory(6));
        }
    }

    private void Hear(ReadOnlyMemory<char> json)
    {
        var now = TimeProvider.System.GetTimestamp();
        using var message = JsonDocument.Parse(json);
        if (!message.RootElement.TryGetProperty("card", out var card)) return;
        var id = message.RootElement.GetProperty("id").GetString()!;
        var working = card.GetProperty("state").GetString() == "Working";
        if (_shown.TryGetValue(id, out var typed))
        {
            if (!working && _shown.Remove(id)) typed.Answered.TrySetResult(TimeProvider.System.GetElapsedTime(typed.Due, now));
        }
        else if (working && _unheard.TryGetValue(card.GetProperty("title").GetString()!, out var queue) && queue.TryDequeue(out typed))
        {
            _shown[id] = typed;
            typed.Acknowledged.TrySetResult(TimeProvider.System.GetElapsedTime(typed.Due, now));
        }
    }
}

/// <summary>One line somebody typed and how long it took until the page showed that it was heard, and until it showed the answer.</summary>
internal sealed record Typed(long Due)
{
    public TaskCompletionSource<TimeSpan> Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<TimeSpan> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Fail(Exception cause)
    {
        Acknowledged.TrySetException(cause);
        Answered.TrySetException(cause);
    }
}
