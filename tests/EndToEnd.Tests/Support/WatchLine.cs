using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>
/// A way to the API server on which watches can be late, or gone again and again, while every other call passes as it is. It counts the
/// lists that are asked for meanwhile.
/// </summary>
internal sealed class WatchLine : IAsyncDisposable
{
    /// <summary>As the API server answers a watch from a version that it has forgotten.</summary>
    private static readonly object Gone = new
    {
        kind = "Status",
        apiVersion = "v1",
        status = "Failure",
        reason = "Expired",
        message = "too old resource version",
        code = 410
    };

    private readonly HttpClient _server;
    private readonly ConcurrentDictionary<string, int> _lists = new(StringComparer.Ordinal);
    private CancellationTokenSource _calm = new();
    private LocalServer? _line;
    private long _lag;
    private long _stormSince;

    private WatchLine(Uri server) => _server = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>How long after it happened an event arrives, in small pieces; also those on the way now.</summary>
    public TimeSpan Lag
    {
        get => new(Interlocked.Read(ref _lag));
        set => Interlocked.Exchange(ref _lag, value.Ticks);
    }

    /// <summary>How often each collection was listed since the storm began, by its path and selector.</summary>
    public IReadOnlyDictionary<string, int> Lists => _lists;

    public TimeSpan Stormed => TimeProvider.System.GetElapsedTime(Interlocked.Read(ref _stormSince));

    /// <summary>Starts the bot of a demo anew with this way to the API server, which those started after it take as well.</summary>
    public static async Task<WatchLine> BeforeAsync(RunningDemo demo)
    {
        var line = new WatchLine(Kubeconfig.Load([demo.World.Kubeconfig]).Connect().Server);
        line._line = await LocalServer.StartAsync(line.ForwardAsync);
        await demo.World.KillBotAsync();
        await File.WriteAllTextAsync(demo.World.Kubeconfig, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: line, cluster: {server: "{{line._line.Url}}"} }]
            users: [{name: line, user: {} }]
            contexts: [{name: line, context: {cluster: line, user: line, namespace: chatops} }]
            current-context: line

            """, TestContext.Current.CancellationToken);
        await demo.World.StartBotAsync(TestContext.Current.CancellationToken);
        return line;
    }

    /// <summary>From now on every watch is answered 410, those under way too, until <see cref="Calm"/>.</summary>
    public void Storm()
    {
        _lists.Clear();
        Interlocked.Exchange(ref _stormSince, TimeProvider.System.GetTimestamp());
        _calm.Cancel();
    }

    public void Calm() => _calm = new();

    public async ValueTask DisposeAsync()
    {
        if (_line is not null) await _line.DisposeAsync();
        _server.Dispose();
        _calm.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var verb = context.Request.Path == "/version" ? "get" : Right.Asked(context.Request).Right.Verb;
        if (verb == "list")
        {
            var listed = $"{context.Request.Path} {context.Request.Query["fieldSelector"]}{context.Request.Query["labelSelector"]}";
            _lists.AddOrUpdate(listed, 1, (_, n) => n + 1);
        }
        if (verb == "watch" && _calm.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            await context.Response.WriteAsJsonAsync(Gone);
            return;
        }
        try
        {
            using var request = Request(context.Request);
            using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (verb == "watch" && answer.IsSuccessStatusCode) await PassEventsAsync(answer, context);
            else await answer.HandOnAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private static HttpRequestMessage Request(HttpRequest asked)
    {
        var request = new HttpRequestMessage(new HttpMethod(asked.Method), asked.Path.Value + asked.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", asked.Headers.Accept.ToString());
        if (asked.ContentType is null) return request;
        request.Content = new StreamContent(asked.Body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
        return request;
    }

    private async Task PassEventsAsync(HttpResponseMessage answer, HttpContext context)
    {
        await answer.HandOnHeadAsync(context);
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _calm.Token);
        var events = Channel.CreateUnbounded<(string Line, long At)>();
        var reading = ReadAsync(body, events.Writer, over.Token);
        try
        {
            await foreach (var (line, at) in events.Reader.ReadAllAsync(over.Token))
            {
                if (Lag - TimeProvider.System.GetElapsedTime(at) is { Ticks: > 0 } rest)
                    await Task.Delay(rest, TimeProvider.System, over.Token);
                await WriteAsync(line, context);
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(JsonSerializer.Serialize(new { type = "ERROR", @object = Gone }), context);
        }
        finally
        {
            await over.CancelAsync();
            await reading;
        }
    }

    /// <summary>Notes when each event came, however late it is to go on.</summary>
    private static async Task ReadAsync(Stream body, ChannelWriter<(string Line, long At)> events, CancellationToken ct)
    {
        try
        {
            using var lines = new StreamReader(body);
            while (await lines.ReadLineAsync(ct) is { } line) events.TryWrite((line, TimeProvider.System.GetTimestamp()));
            events.Complete();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            events.TryComplete(ct.IsCancellationRequested ? null : e);
        }
    }

    /// <summary>No reader gets a whole event at once.</summary>
    private static async Task WriteAsync(string line, HttpContext context)
    {
        foreach (var piece in Encoding.UTF8.GetBytes(line + "\n").Chunk(100))
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
