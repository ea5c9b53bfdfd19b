using System.Collections.Concurrent;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Shared.Tests.Kubernetes;

public sealed class EventSinkTests(RealCluster real)
{
    private static readonly ObjectReference About =
        new() { ApiVersion = "apps/v1", Kind = "StatefulSet", Namespace = "default", Name = new string('n', 250), Uid = "u" };

    private readonly ConcurrentQueue<string> _log = [];

    [Fact]
    public async Task What_is_told_twice_stands_there_once_and_what_differs_beside_it()
    {
        await using var embedded = await ClusterUnderTest.StartAsync();
        await StandsOnceAsync(embedded);
    }

    [Fact]
    public async Task So_it_does_on_the_real_API_server() => await StandsOnceAsync(await real.GetAsync());

    private async Task StandsOnceAsync(ClusterUnderTest cluster)
    {
        var sink = new EventSink(cluster.Client, "tester", TimeProvider.System, _log.Enqueue);
        sink.Normal(About, "Began", "it began");
        sink.Normal(About, "Began", "it began");
        sink.Warning(About, "Ended", new string('x', 5000));
        await Eventually.TrueAsync("both are told", async () => (await ToldAsync(cluster)).Count >= 2);
        Assert.Equal([("Began", "Normal"), ("Ended", "Warning")], (await ToldAsync(cluster)).Select(e => (e.Reason, e.Type)));
        Assert.Empty(_log);
    }

    [Fact]
    public async Task One_that_is_refused_is_lost_and_said_once()
    {
        var asked = 0;
        await using var server = await LocalServer.StartAsync(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = 403;
            return context.Response.WriteAsJsonAsync(new { kind = "Status", reason = "Forbidden", message = "no" });
        });
        using var client = new KubernetesClient(new ClusterConnection(server.Url));
        var sink = new EventSink(client, "tester", TimeProvider.System, _log.Enqueue);
        foreach (var word in (string[])["a", "b", "c"]) sink.Normal(About with { Name = "n" }, "Began", word);
        await Eventually.TrueAsync("all were tried", () => Volatile.Read(ref asked) == 3);
        await Eventually.TrueAsync("it is said", () => !_log.IsEmpty);
        Assert.Equal("event Began on StatefulSet n: create events/n", Assert.Single(_log).Split('.')[0]);
    }

    private static async Task<IReadOnlyList<Event>> ToldAsync(ClusterUnderTest cluster)
    {
        var about = new Selection(Fields: "involvedObject.uid=u");
        var list = await cluster.Client.ListAsync(ChatOps.Kubernetes.Kinds.Events, "default", about, TestContext.Current.CancellationToken);
        return [.. list.Items.OrderBy(e => e.Reason, StringComparer.Ordinal)];
    }
}
