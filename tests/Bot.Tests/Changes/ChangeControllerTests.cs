using System.Runtime.CompilerServices;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Snapshots;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>A board that is behind what was written, as it is while a watch is broken.</summary>
public sealed class ChangeControllerTests
{
    [Fact]
    public async Task A_change_that_is_over_is_not_asked_for_again_and_again_while_the_board_does_not_know_yet()
    {
        var (time, client, settings) = (new ManualTime(), Substitute.For<IKubernetesClient>(), TestSettings.Shop());
        var seen = Of(new ChangeStatus { Phase = ChangePhase.Approved });
        var asked = 0;
        using var stop = new CancellationTokenSource();
        client.ListAsync(ChatOpsKinds.Changes, "default", Arg.Any<Selection>(), Arg.Any<CancellationToken>())
            .Returns(new ResourceList<Change>([seen], "1"));
        client.WatchAsync(ChatOpsKinds.Changes, "default", Arg.Any<Selection>(), "1", Arg.Any<CancellationToken>())
            .Returns(Silent(stop.Token));
        client.GetAsync(ChatOpsKinds.Changes, "default", "change-1", Arg.Any<CancellationToken>()).Returns(_ =>
        {
            Interlocked.Increment(ref asked);
            return Of(new ChangeStatus { Phase = ChangePhase.Succeeded });
        });
        var board = new ChangeBoard(client, "default", time);
        var running = board.Informer.RunAsync(_ => default, stop.Token);
        await board.Informer.Synced;
        var strategies = new StrategyCatalog(client, time);
        var (snapshots, tags) = (new SnapshotBoard(client, settings, time), TestSettings.Unasked(client, settings));
        var planner = new Planner(client, strategies, snapshots, board, tags, time);
        var events = new ChangeEvents(new EventSink(client, "bot", time, _ => { }), settings, strategies);
        var controller = new ChangeController(
            client, settings, board, strategies, planner, events, time, NullLogger<ChangeController>.Instance);

        controller.Observe(seen, stop.Token);
        await time.AdvanceAsync(TimeSpan.FromMinutes(5));
        while (Volatile.Read(ref asked) == 0) await Task.Yield();
        await time.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(1, Volatile.Read(ref asked));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Change Of(ChangeStatus status) => new()
    {
        Metadata = new() { Name = "change-1", Namespace = "default" },
        Spec = new() { Target = "shop", Action = "deploy", Number = 1 },
        Status = status,
    };

    private static async IAsyncEnumerable<WatchEvent<Change>> Silent([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        yield break;
    }
}
