using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Shared.Tests.Kubernetes;

/// <summary>The client against the embedded server, made to fail in every way a server can.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private ClusterUnderTest _cluster = null!;

    private IKubernetesClient Client => _cluster.Client;

    public async ValueTask InitializeAsync() => _cluster = await ClusterUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Too_many_requests_are_obeyed_and_the_call_repeated()
    {
        _cluster.Embedded!.Faults.Fail(2, 429, TimeSpan.Zero);
        await MapAsync("a");
        Assert.Equal("a", (await Client.GetAsync(Kinds.ConfigMaps, "default", "a", CancellationToken.None)).Metadata.Name);
    }

    [Fact]
    public async Task A_server_fault_names_verb_and_object_and_is_transient()
    {
        _cluster.Embedded!.Faults.Fail(1, 500);
        var thrown = await Assert.ThrowsAsync<ApiException>(
            () => Client.GetAsync(Kinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.StartsWith("get configmaps/a in namespace default: ", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.InternalServerError, true), (thrown.Code, thrown.IsTransient));
    }

    [Fact]
    public async Task A_server_that_is_away_says_where_it_was_looked_for()
    {
        await _cluster.Embedded!.Faults.RefuseConnectionsAsync();
        var thrown = await Assert.ThrowsAsync<ApiException>(() => Client.VersionAsync(CancellationToken.None));
        Assert.Equal(("Unreachable", true), (thrown.Reason, thrown.IsTransient));
        Assert.Contains($"the API server at {_cluster.Embedded.Url.Authority} does not answer", thrown.Message, StringComparison.Ordinal);
        await _cluster.Embedded.Faults.AcceptConnectionsAsync();
    }

    [Theory]
    [InlineData("<html>Please sign in</html>")]
    [InlineData("""{"kind":"ConfigMap","metadata":{"na""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_success_that_is_not_of_the_API_says_who_gave_it(string body)
    {
        await using var proxy = await LocalServer.StartAsync(context => context.Response.WriteAsync(body));
        using var client = new KubernetesClient(new ClusterConnection(proxy.Url));
        var thrown = await Assert.ThrowsAsync<ApiException>(
            () => client.GetAsync(Kinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal(("Unreadable", true), (thrown.Reason, thrown.IsTransient));
        Assert.StartsWith("get configmaps/a in namespace default: ", thrown.Message, StringComparison.Ordinal);
        var watch = client.WatchAsync(Kinds.ConfigMaps, "default", Selection.All, "0", CancellationToken.None);
        if (body.Length > 0)
        {
            var unread = await Assert.ThrowsAsync<ApiException>(async () => await watch.GetAsyncEnumerator().MoveNextAsync());
            Assert.Equal("Unreadable", unread.Reason);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_named()
    {
        Assert.Null(await Client.FindAsync(Kinds.ConfigMaps, "default", "nowhere", CancellationToken.None));
        var thrown = await Assert.ThrowsAsync<ApiException>(
            () => Client.GetAsync(Kinds.ConfigMaps, "default", "nowhere", CancellationToken.None));
        Assert.True(thrown.IsNotFound);
        await Client.DeleteAsync(Kinds.ConfigMaps, "default", "nowhere", new Deletion(), CancellationToken.None);
    }

    [Fact]
    public async Task A_kind_the_server_does_not_know_says_what_to_install()
    {
        var thrown = await Assert.ThrowsAsync<ApiException>(
            () => Client.ListAsync(ChatOpsKinds.Snapshots, "default", Selection.All, CancellationToken.None));
        Assert.Contains("install the custom resource definitions", thrown.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patch_decided_on_an_old_version_is_a_conflict()
    {
        var old = await MapAsync("a");
        await Client.PatchAsync(Kinds.ConfigMaps, "default", "a", Data("x", "1"), CancellationToken.None);
        var patch = Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = old.Metadata.ResourceVersion } });
        var thrown = await Assert.ThrowsAsync<ApiException>(
            () => Client.PatchAsync(Kinds.ConfigMaps, "default", "a", patch, CancellationToken.None));
        Assert.True(thrown.IsConflict);
    }

    [Fact]
    public async Task A_list_longer_than_a_page_comes_whole()
    {
        for (var i = 0; i < 501; i++) _cluster.Embedded!.Apply($"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: m{i}}}}}");
        var list = await Client.ListAsync(Kinds.ConfigMaps, "default", Selection.All, CancellationToken.None);
        Assert.Equal(501, list.Items.Select(m => m.Metadata.Name).Where(n => n[0] == 'm').Distinct().Count());
    }

    [Fact]
    public async Task An_informer_misses_nothing_through_cuts_and_a_forgotten_history()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<string>();
        var informer = new Informer<DataResource>(Client, Kinds.ConfigMaps, "default", Selection.All, TimeProvider.System);
        await MapAsync("before");
        var running = informer.RunAsync(e => { lock (seen) seen.Add($"{e.Type} {e.Object.Metadata.Name}"); return default; }, stop.Token);
        await informer.Synced;
        await Client.DeleteAsync(Kinds.ConfigMaps, "default", "before", new Deletion(), CancellationToken.None);
        await SeenAsync(seen, "Deleted before");
        await _cluster.Embedded!.Faults.RefuseConnectionsAsync();
        _cluster.Embedded.Apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: meanwhile}}");
        _cluster.Embedded.Faults.CompactHistory();
        await _cluster.Embedded.Faults.AcceptConnectionsAsync();
        await SeenAsync(seen, "Added meanwhile");
        await MapAsync("after");
        await SeenAsync(seen, "Added after");
        Assert.NotNull(informer.Find("default", "after"));
        Assert.Null(informer.Find("default", "before"));
        lock (seen) Assert.Equal(seen.Distinct(), seen);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_informer_finds_what_belongs_together_and_keeps_nothing_of_what_is_gone()
    {
        using var stop = new CancellationTokenSource();
        var informer = new Informer<DataResource>(
            Client, Kinds.ConfigMaps, "default", Selection.All, TimeProvider.System, m => m.Metadata.Label("group") ?? "");
        async Task PutAsync(string name, string group)
        {
            _cluster.Embedded!.Apply($"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{group: {group}}}}}}}");
            await Eventually.TrueAsync($"{name} is in {group}", () => informer.Of(group).Any(m => m.Metadata.Name == name));
        }
        var running = informer.RunAsync(_ => default, stop.Token);
        await PutAsync("a", "red");
        await PutAsync("b", "red");
        await PutAsync("c", "blue");
        await PutAsync("a", "blue");
        Assert.Equal(["b"], informer.Of("red").Select(m => m.Metadata.Name));
        Assert.Equal(["a", "c"], informer.Of("blue").Select(m => m.Metadata.Name).Order());
        await Client.DeleteAsync(Kinds.ConfigMaps, "default", "b", new Deletion(), CancellationToken.None);
        await Eventually.TrueAsync("b is gone", () => !informer.Of("red").Any());
        Assert.Empty(informer.Of("green"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Waiting_for_an_object_sees_its_deletion()
    {
        await MapAsync("a");
        var gone = Client.WaitForAsync(Kinds.ConfigMaps, "default", "a", m => m is null, TimeProvider.System, CancellationToken.None);
        Assert.False(gone.IsCompleted);
        await Client.DeleteAsync(Kinds.ConfigMaps, "default", "a", new Deletion(), CancellationToken.None);
        Assert.Null(await gone.WaitAsync(TimeSpan.FromSeconds(90)));
    }

    private static Task SeenAsync(List<string> seen, string what) => Eventually.TrueAsync(what, () =>
    {
        lock (seen) return seen.Contains(what);
    });

    private Task<DataResource> MapAsync(string name) => Client.CreateAsync(
        Kinds.ConfigMaps, "default", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, CancellationToken.None);

    private static Patch Data(string key, string value) => Patch.Merge(new JsonObject { ["data"] = new JsonObject { [key] = value } });
}
