using ChatOps.Kubernetes;
using ChatOps.Metrics;
using ChatOps.Resources;
using ChatOps.Testing;
using NSubstitute;

namespace ChatOps.Bot.Tests.Operations;

public sealed class WatchMetricsTests
{
    [Fact]
    public async Task A_watch_that_ends_and_is_begun_again_is_counted_with_its_resource_and_reason()
    {
        var plural = $"r{Guid.NewGuid():N}";
        var kind = new ResourceKind<Snapshot>("g", "v1", plural, "R", ResourceJson.Default.Snapshot);
        var client = Substitute.For<IKubernetesClient>();
        client.ListAsync(kind, "ns", Selection.All, Arg.Any<CancellationToken>()).Returns(new ResourceList<Snapshot>([], "1"));
        client.WatchAsync(kind, "ns", Selection.All, "1", Arg.Any<CancellationToken>())
            .Returns(_ => AsyncEnumerable.Empty<WatchEvent<Snapshot>>());
        using var collector = new MetricsCollector([WatchMetrics.Meter]);
        using var stop = new CancellationTokenSource();
        var changes = new Reflector(client, new ManualTime()).FollowAsync(kind, "ns", Selection.All, stop.Token)
            .GetAsyncEnumerator(stop.Token);
        Assert.True(await changes.MoveNextAsync());
        var next = changes.MoveNextAsync().AsTask();
        var family = collector.Collect().Families.Single(f => f.Name == "chatops_watch_restarts_total");
        var point = Assert.Single(family.Points, p => p.Labels.Contains(new("resource", plural)));
        Assert.Equal((1, "ended"), (point.Value, point.Labels.ToDictionary()["reason"]));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
