using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatOps.Sidecar.Health;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Health;

public sealed class HealthListenerTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HealthListener _listener;
    private readonly Task _running;
    private string? _awaited;
    private string[] _forbidden = [];

    public HealthListenerTests()
    {
        _listener = new(new(IPAddress.Loopback, 0), new RunHealth(() => _awaited, () => "m 1\n", () => _forbidden).Answer, _time);
        _running = _listener.RunAsync(_stop.Token);
    }

    [Theory]
    [InlineData("/health/live", 200, "live\n")]
    [InlineData("/health/ready", 200, "ready\n")]
    [InlineData("/metrics", 200, "m 1\n")]
    [InlineData("/", 404, "not found\n")]
    [InlineData("/metrics/", 404, "not found\n")]
    public async Task A_path_is_answered_to_an_ordinary_client(string path, int status, string body)
    {
        using var client = new HttpClient { BaseAddress = new($"http://{_listener.Address}"), Timeout = Patience };
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(
            (status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Metrics_come_as_what_they_are_and_other_methods_are_told_which_one_to_use()
    {
        Assert.Contains(
            "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", await AskAsync(Get("/metrics")), StringComparison.Ordinal);
        Assert.Contains("\r\nAllow: GET\r\n", await AskAsync("DELETE /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_says_what_it_waits_for()
    {
        _awaited = "the API server";
        var answer = await AskAsync(Get("/health/ready"));
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nwaiting for the API server\n", answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get("/health/live")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_names_the_rights_that_are_missing()
    {
        _forbidden = ["may not patch"];
        Assert.EndsWith("\r\n\r\nready\nmay not patch\n", await AskAsync(Get("/health/ready")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_is_too_long_is_refused_and_the_answer_arrives()
    {
        var answer = await AskAsync($"GET /metrics HTTP/1.1\r\nX: {new string('x', 3 * HttpRequestHead.Longest)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_say_nothing_keep_nobody_waiting_and_are_cut_off_in_time()
    {
        var silent = new List<Socket>();
        for (var i = 0; i < HealthListener.MostAtOnce - 1; i++) silent.Add(await ConnectAsync());
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get("/health/live")), StringComparison.Ordinal);
        await _time.AdvanceAsync(HealthListener.Patience + TimeSpan.FromSeconds(1));
        foreach (var socket in silent)
        {
            Assert.Equal("", await ReadAsync(socket));
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Hundreds_of_requests_at_once_are_all_answered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(Get("/metrics"))));
        Assert.All(answers, answer => Assert.EndsWith("\r\n\r\nm 1\n", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_at_once_ends_nothing()
    {
        for (var i = 0; i < 3 * HealthListener.MostAtOnce; i++)
        {
            using var socket = await ConnectAsync();
            // Zero linger resets the connection.
            socket.LingerState = new(enable: true, 0);
        }
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Get("/health/live")), StringComparison.Ordinal);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public void An_address_that_is_taken_is_refused_with_what_to_do()
    {
        var fault = Assert.Throws<FaultException>(() => new HealthListener(_listener.Address, _ => new(200, ""), _time)).Fault;
        Assert.Equal("CannotListen", fault.Kind);
        Assert.Contains("--listen", fault.Hint, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private static string Get(string path) => $"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n";

    private async Task<string> AskAsync(string request)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        return await ReadAsync(socket);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.Address, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>All there is until the other side ends.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
