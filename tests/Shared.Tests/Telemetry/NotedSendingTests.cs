using System.Net;
using ChatOps.Telemetry;
using ChatOps.Testing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Shared.Tests.Telemetry;

/// <summary>A collector in trouble is named once, and what it was sent is never repeated.</summary>
public sealed class NotedSendingTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _told = [];
    private HttpStatusCode _answer = HttpStatusCode.ServiceUnavailable;

    [Fact]
    public async Task An_outage_is_told_once_when_it_begins_and_once_when_it_is_over()
    {
        await using var server = await LocalServer.StartAsync(AnswerAsync);
        using var client = Client(server.Url);
        for (var i = 0; i < 3; i++) await SendAsync(client, server.Url);
        var address = $"http://{server.Url.Authority}/v1/logs";
        Assert.Equal([$"OTLP: {address} does not take what is sent (it answers 503); the work goes on without it"], _told);

        _answer = HttpStatusCode.OK;
        for (var i = 0; i < 3; i++) await SendAsync(client, server.Url);
        Assert.Equal($"OTLP: {address} takes what is sent again", _told[1]);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public async Task One_that_comes_and_goes_is_told_of_once_an_hour()
    {
        await using var server = await LocalServer.StartAsync(AnswerAsync);
        using var client = Client(server.Url);
        for (var i = 0; i < 6; i++)
        {
            _answer = i % 2 == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK;
            await SendAsync(client, server.Url);
        }
        Assert.Equal(2, _told.Count);
        await _time.AdvanceAsync(TimeSpan.FromHours(1));
        _answer = HttpStatusCode.BadGateway;
        await SendAsync(client, server.Url);
        Assert.Equal(3, _told.Count);
    }

    [Fact]
    public async Task One_that_nobody_answers_for_is_told_of_with_the_reason()
    {
        var server = await LocalServer.StartAsync(AnswerAsync);
        var url = server.Url;
        await server.DisposeAsync();
        using var client = Client(url);
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(client, url));
        Assert.Equal(
            $"OTLP: http://{url.Authority}/v1/logs does not take what is sent (ConnectionError); the work goes on without it",
            Assert.Single(_told));
    }

    /// <summary>As a collector would that wants to be found out with: with all it was told.</summary>
    private Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = (int)_answer;
        return context.Response.WriteAsync(context.Request.Headers["x-key"].ToString());
    }

    private HttpClient Client(Uri server)
    {
        var outages = new Outages(_time);
        outages.TellTo(_told.Add);
        var address = new UriBuilder(server) { UserName = "someone", Password = "s3cret", Path = "/v1/logs" }.Uri;
        return CollectorClient.For(new(OtlpSignal.Logs, address, Grpc: false, Headers: null, TimeSpan.FromSeconds(10)), outages);
    }

    private static async Task SendAsync(HttpClient client, Uri server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "/v1/logs")) { Headers = { { "x-key", "s3cret" } } };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
