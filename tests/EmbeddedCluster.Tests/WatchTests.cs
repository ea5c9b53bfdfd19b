using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tests;

public sealed class WatchTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private EmbeddedCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await EmbeddedCluster.StartAsync(new() { Controllers = false, BookmarkInterval = TimeSpan.FromMilliseconds(50) });
        _http.BaseAddress = _cluster.Url;
        _http.Timeout = TimeSpan.FromSeconds(20);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_resumes_after_the_version_it_names_without_a_gap_or_a_repeat()
    {
        var first = await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await WatchAsync($"resourceVersion={first.Text("metadata", "resourceVersion")}");
        Assert.Equal(("ADDED", "b"), await NextAsync(watch));
        await CreateAsync("c");
        Assert.Equal(("ADDED", "c"), await NextAsync(watch));
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_exists()
    {
        await CreateAsync("a");
        using var watch = await WatchAsync("");
        Assert.Equal(("ADDED", "a"), await NextAsync(watch));
    }

    [Fact]
    public async Task A_version_older_than_the_history_is_Expired()
    {
        var first = await CreateAsync("a");
        await CreateAsync("b");
        _cluster.Faults.CompactHistory();
        using var watch = await WatchAsync($"resourceVersion={first.Text("metadata", "resourceVersion")}");
        var line = JsonNode.Parse((await watch.ReadLineAsync())!)!;
        Assert.Equal(("ERROR", 410L, "Expired"), (line.Text("type"), line.Number("object", "code"), line.Text("object", "reason")));
    }

    [Fact]
    public async Task A_quiet_watch_that_asked_for_bookmarks_gets_them()
    {
        var created = await CreateAsync("a");
        using var watch = await WatchAsync($"allowWatchBookmarks=true&resourceVersion={created.Text("metadata", "resourceVersion")}");
        var line = JsonNode.Parse((await watch.ReadLineAsync())!)!;
        Assert.Equal("BOOKMARK", line.Text("type"));
        Assert.Equal(created.Text("metadata", "resourceVersion"), line.Text("object", "metadata", "resourceVersion"));
    }

    [Fact]
    public async Task An_object_that_stops_matching_the_selector_is_deleted_for_that_watch()
    {
        await CreateAsync("a", """{"tier":"front"}""");
        using var watch = await WatchAsync("labelSelector=tier%3Dfront");
        Assert.Equal(("ADDED", "a"), await NextAsync(watch));
        using var patch = new StringContent("""{"metadata":{"labels":{"tier":"back"}}}""", Encoding.UTF8, "application/merge-patch+json");
        await _http.PatchAsync(new Uri("/api/v1/namespaces/default/configmaps/a", UriKind.Relative), patch);
        Assert.Equal(("DELETED", "a"), await NextAsync(watch));
    }

    [Fact]
    public async Task Dropped_watches_end_and_injected_failures_end_after_their_count()
    {
        using var watch = await WatchAsync("");
        _cluster.Faults.DropWatches();
        Assert.Null(await watch.ReadLineAsync());
        _cluster.Faults.Fail(1, 429, TimeSpan.FromSeconds(3));
        using var refused = await _http.GetAsync(new Uri("/version", UriKind.Relative));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(3)), (refused.StatusCode, refused.Headers.RetryAfter!.Delta));
        using var served = await _http.GetAsync(new Uri("/version", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task A_refused_connection_is_accepted_again_on_the_same_port()
    {
        await _cluster.Faults.RefuseConnectionsAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(new Uri("/version", UriKind.Relative)));
        await _cluster.Faults.AcceptConnectionsAsync();
        using var served = await _http.GetAsync(new Uri("/version", UriKind.Relative));
        Assert.True(served.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_list_is_served_in_pages()
    {
        foreach (var name in (string[])["a", "b", "c"])
            await CreateAsync(name);
        var page = JsonNode.Parse(await _http.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps?limit=2", UriKind.Relative)))!;
        var next = Uri.EscapeDataString(page.Text("metadata", "continue")!);
        var rest = JsonNode.Parse(await _http.GetStringAsync(new Uri(
            $"/api/v1/namespaces/default/configmaps?limit=2&continue={next}", UriKind.Relative)))!;
        Assert.Equal(["a", "b", "c"], page.ItemsAt("items").Concat(rest.ItemsAt("items")).Select(one => one.Name()));
    }

    [Fact]
    public async Task What_comes_into_a_page_before_is_not_lost_to_whoever_watches_from_the_last_one()
    {
        foreach (var name in (string[])["b", "c", "d"])
            await CreateAsync(name);
        var page = JsonNode.Parse(await _http.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps?limit=2", UriKind.Relative)))!;
        await CreateAsync("a");
        var next = Uri.EscapeDataString(page.Text("metadata", "continue")!);
        var rest = JsonNode.Parse(await _http.GetStringAsync(new Uri(
            $"/api/v1/namespaces/default/configmaps?limit=2&continue={next}", UriKind.Relative)))!;
        Assert.Equal(["d"], rest.ItemsAt("items").Select(one => one.Name()));
        using var watch = await WatchAsync($"resourceVersion={rest.Text("metadata", "resourceVersion")}");
        Assert.Equal(("ADDED", "a"), await NextAsync(watch));
    }

    private static async Task<(string?, string)> NextAsync(StreamReader watch)
    {
        var line = JsonNode.Parse((await watch.ReadLineAsync())!)!;
        return (line.Text("type"), line["object"]!.Name());
    }

    private async Task<StreamReader> WatchAsync(string query) =>
        new(await _http.GetStreamAsync(new Uri($"/api/v1/namespaces/default/configmaps?watch=true&{query}", UriKind.Relative)));

    private async Task<JsonNode> CreateAsync(string name, string labels = "{}")
    {
        using var body = new StringContent(
            $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} } }""", Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative), body);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
