using System.Net;
using ChatOps.Bot.Platforms.Discord;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

[Collection(nameof(Alone))]
public sealed class RestLimitsTests
{
    private static readonly Route Edit = Route.Message("1", "2");
    private readonly ManualTime _time = new();
    private readonly Traffic _traffic = new();
    private readonly RestLimits _limits;

    public RestLimitsTests() => _limits = new(_time);

    [Fact]
    public async Task Calls_of_one_bucket_go_one_after_the_other_and_wait_while_it_is_empty()
    {
        var first = await _limits.EnterAsync(Edit, CancellationToken.None);
        var second = await CallAsync(Edit);
        Assert.False(second.IsCompleted);
        Answer(
            Edit, HttpStatusCode.OK,
            ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset-After", "3.5"), ("X-RateLimit-Bucket", "edits"));
        first.Dispose();
        await PassAsync(3.4);
        Assert.False(second.IsCompleted);
        await PassAsync(0.2);
        Assert.True(second.IsCompleted);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_clock_that_is_set_right_changes_no_wait(int hours)
    {
        Answer(Edit, HttpStatusCode.OK, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset-After", "3.5"));
        var call = await CallAsync(Edit);
        _time.Set(TimeSpan.FromHours(hours));
        await PassAsync(3.4);
        Assert.False(call.IsCompleted);
        await PassAsync(0.2);
        Assert.True(call.IsCompleted);
    }

    [Fact]
    public async Task Other_channels_do_not_wait_and_other_calls_of_the_same_bucket_do()
    {
        Answer(Route.Messages("1"), HttpStatusCode.OK, ("X-RateLimit-Bucket", "shared"));
        Answer(Edit, HttpStatusCode.OK, ("X-RateLimit-Bucket", "shared"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset-After", "5"));
        Assert.True((await CallAsync(Route.Message("9", "2"))).IsCompleted);
        Assert.False((await CallAsync(Route.Messages("1"))).IsCompleted);
    }

    public static TheoryData<string, bool> Scopes => new() { { "user", true }, { "shared", true }, { "global", false }, { "", false } };

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task A_429_stops_its_bucket_or_everything(string scope, bool othersGoOn)
    {
        (string, string)[] headers = scope.Length == 0 ? [("Retry-After", "7")] : [("Retry-After", "7"), ("X-RateLimit-Scope", scope)];
        Assert.Equal(TimeSpan.FromSeconds(7), Answer(Edit, HttpStatusCode.TooManyRequests, headers));
        Assert.Equal(othersGoOn, (await CallAsync(Route.Message("9", "2"))).IsCompleted);
        var same = await CallAsync(Edit);
        Assert.False(same.IsCompleted);
        await PassAsync(7.2);
        Assert.True(same.IsCompleted);
    }

    [Fact]
    public async Task After_thousands_of_refusals_nothing_is_asked_until_they_are_forgotten()
    {
        for (var i = 0; i < 5_000; i++) Answer(Edit, i % 2 == 0 ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized);
        var call = await CallAsync(Edit);
        Assert.False(call.IsCompleted);
        await _time.AdvanceAsync(TimeSpan.FromMinutes(10));
        await PassAsync(1);
        Assert.True(call.IsCompleted);
    }

    private TimeSpan? Answer(Route route, HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage(status);
        foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
        return _limits.Observe(route, status, response.Headers);
    }

    /// <summary>A call that is answered at once.</summary>
    private async Task<Task> CallAsync(Route route)
    {
        var call = await _traffic.StartAsync(EnterAsync);
        await _traffic.SettledAsync(() => 0);
        return call;

        async Task EnterAsync()
        {
            using var pass = await _limits.EnterAsync(route, CancellationToken.None);
        }
    }

    private async Task PassAsync(double seconds)
    {
        for (var end = _time.GetUtcNow() + TimeSpan.FromSeconds(seconds); _time.GetUtcNow() < end;)
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(0.1), () => _traffic.SettledAsync(() => 0));
        }
    }
}
