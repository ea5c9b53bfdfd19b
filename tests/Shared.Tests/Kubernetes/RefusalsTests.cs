using System.Collections.Concurrent;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Shared.Tests.Kubernetes;

/// <summary>What a missing right leads to that nobody who calls has to think of.</summary>
public sealed class RefusalsTests : IAsyncLifetime
{
    private const string Named = "The role of this program lacks the verb list on pods: add it to the Role in namespace ns";
    private readonly ConcurrentQueue<string> _log = [];
    private readonly ConcurrentQueue<DateTimeOffset> _watched = [];
    private readonly ManualTime _time = new();
    private readonly Refusals _refusals;
    private LocalServer _server = null!;
    private KubernetesClient _kubernetes = null!;

    /// <summary>The verbs that are forbidden.</summary>
    private string[] _forbidden = [];

    private string _words = "no";

    public RefusalsTests() => _refusals = new(_time, _log.Enqueue);

    private RefusalNotingClient Client => new(_kubernetes, _refusals);

    public async ValueTask InitializeAsync()
    {
        _server = await LocalServer.StartAsync(AnswerAsync);
        _kubernetes = new(new ClusterConnection(_server.Url));
    }

    public async ValueTask DisposeAsync()
    {
        _kubernetes.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_right_that_is_missing_is_said_once_and_stands_there_until_a_minute_has_passed_without()
    {
        _forbidden = ["list"];
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ApiException>(ListAsync);
            await _time.AdvanceAsync(TimeSpan.FromSeconds(50));
        }
        Assert.Equal([Named], _refusals.Present);
        Assert.Equal($"list pods in namespace ns: no. {Named}", Assert.Single(_log));
        await _time.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(_refusals.Present);
        await Assert.ThrowsAsync<ApiException>(ListAsync);
        Assert.Equal(2, _log.Count);
    }

    [Theory]
    [InlineData(
        "pods \"a\" is forbidden: exceeded quota: none, requested: pods=1",
        "A quota is used up, no right is missing: kubectl -n ns describe resourcequota")]
    [InlineData(
        "admission webhook \"a.example\" denied the request: it cannot be",
        "A rule of the cluster refuses it, no right is missing: *")]
    [InlineData(
        "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\"",
        "A rule of the cluster refuses it, no right is missing: *")]
    [InlineData("pods is forbidden: User \"a\" cannot list resource \"pods\" in API group \"\" in the namespace \"ns\"", Named)]
    public async Task A_rule_of_the_cluster_is_no_right_and_is_not_taken_for_one(string words, string hint)
    {
        (_forbidden, _words) = (["list"], words);
        var refused = await Assert.ThrowsAsync<ApiException>(ListAsync);
        Assert.StartsWith(hint.TrimEnd('*'), refused.Hint, StringComparison.Ordinal);
        Assert.Equal(hint == Named ? [Named] : [], _refusals.Present);
        Assert.True(refused.IsForbidden);
    }

    [Fact]
    public async Task What_is_refused_for_another_reason_is_none_of_it()
    {
        await Assert.ThrowsAsync<ApiException>(() => Client.GetAsync(Kinds.Pods, "ns", "nowhere", CancellationToken.None));
        Assert.Empty(_refusals.Present);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task Whoever_follows_one_object_hears_that_it_may_not()
    {
        _forbidden = ["watch"];
        var waiting = Client.WaitForAsync(Kinds.Pods, "ns", "a", pod => pod is not null, _time, CancellationToken.None);
        var thrown = await Assert.ThrowsAsync<ApiException>(() =>
            waiting.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken));
        Assert.Equal(("watch", true), (thrown.Verb, thrown.IsForbidden));
    }

    [Fact]
    public async Task One_that_may_list_but_not_watch_asks_ever_more_rarely()
    {
        _forbidden = ["watch"];
        using var stop = new CancellationTokenSource();
        var following = new Informer<Pod>(Client, Kinds.Pods, "ns", Selection.All, _time).RunAsync(_ => default, stop.Token);
        await Eventually.TrueAsync("the pace slackens", async () =>
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(0.25));
            return _watched.ToList() is [.., var before, var last] && last - before > TimeSpan.FromSeconds(5);
        });
        Assert.InRange(_watched.Count, 6, 9);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private Task ListAsync() => Client.ListAsync(Kinds.Pods, "ns", Selection.All, CancellationToken.None);

    private Task AnswerAsync(HttpContext context)
    {
        var verb = context.Request.Query["watch"] == "true" ? "watch"
            : context.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal) ? "list" : "get";
        if (verb == "watch") _watched.Enqueue(_time.GetUtcNow());
        var empty = new { kind = "PodList", metadata = new { resourceVersion = "1" }, items = Array.Empty<object>() };
        if (verb == "list" && !_forbidden.Contains(verb)) return context.Response.WriteAsJsonAsync(empty);
        var (code, reason) = _forbidden.Contains(verb) ? (403, "Forbidden") : (404, "NotFound");
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { kind = "Status", reason, message = _words });
    }
}
