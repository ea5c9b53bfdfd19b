using System.Runtime.CompilerServices;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;
using ChatOps.Values;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>How long is waited for what, on a clock of the test's own.</summary>
public sealed class RolloutWaitTests : IAsyncLifetime
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);
    private static readonly Rollout Ready = new(1, true, 1, null, "home-0 is ready", null);
    private static readonly Rollout AwaitsVolume = Troubled(new(new("FailedAttachVolume", "home-0 waits for its volume"), false, true));

    private readonly ManualTime _time = new();
    private readonly List<string> _said = [];
    private TaskCompletionSource _changed = new();
    private Rollout _state = AwaitsVolume;

    /// <summary>Of those begun from now on, how many say nothing, and end for nobody.</summary>
    private int _deaf;

    private readonly TaskCompletionSource _isDeaf = new(), _end = new();
    private RolloutFeed _feed = null!;

    public ValueTask InitializeAsync()
    {
        _feed = Begin();
        return ValueTask.CompletedTask;
    }

    private RolloutFeed Begin()
    {
        var strategy = Substitute.For<IStrategy>();
        strategy.WatchAsync(default!, default!, default).ReturnsForAnyArgs(call => WatchAsync(call.Arg<CancellationToken>()));
        var home = TestSettings.Shop().Targets["home"];
        return new RolloutFeed(strategy, home, "app", _ => Task.CompletedTask, _time, NullLogger.Instance, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        return _feed.DisposeAsync();
    }

    [Fact]
    public async Task A_volume_that_another_node_still_has_is_waited_for_longer()
    {
        var waiting = UntilReadyAsync();
        await _time.AdvanceAsync(TimeSpan.FromMinutes(7));
        Assert.False(waiting.IsCompleted);
        Become(Ready);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Contains("home-0 waits for its volume", _said);
    }

    [Fact]
    public async Task But_not_for_ever()
    {
        var waiting = UntilReadyAsync();
        await _time.AdvanceAsync(TimeSpan.FromMinutes(8));
        var fault = (await Assert.ThrowsAsync<FaultException>(() => waiting)).Fault;
        Assert.Equal("FailedAttachVolume", fault.Kind);
        Assert.Equal("home did not become ready within 30 s: home-0 waits for its volume", fault.Message);
    }

    /// <summary>States that end the wait, with what is said of them, and how long it takes.</summary>
    public static TheoryData<string, int, string> Ends => new()
    {
        { "hopeless", 0, "no such image" },
        { "trouble", 31, "home did not become ready within 30 s: no share" },
        { "slow", 31, "home did not become ready within 30 s: home-0 is being created" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Everything_else_ends_at_the_deadline_or_at_once(string state, int seconds, string message)
    {
        Become(state switch
        {
            "hopeless" => Troubled(new(new("ImagePullBackOff", "no such image"), true)),
            "trouble" => Troubled(new(new("FailedMount", "no share"), false)),
            _ => Ready with { Done = false, Message = "home-0 is being created" },
        });
        var waiting = UntilReadyAsync();
        if (seconds > 0)
        {
            await _time.AdvanceAsync(Within - TimeSpan.FromSeconds(1));
            Assert.False(waiting.IsCompleted);
            await _time.AdvanceAsync(TimeSpan.FromSeconds(seconds));
        }
        Assert.Equal(message, (await Assert.ThrowsAsync<FaultException>(() => waiting)).Fault.Message);
    }

    /// <summary>How many watches in a row are dead, and whether the rollout is seen all the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_watch_that_says_nothing_is_begun_anew(int deaf)
    {
        await _feed.DisposeAsync();
        (_deaf, _state) = (deaf, Ready);
        _feed = Begin();
        var waiting = UntilReadyAsync(within: TimeSpan.FromMinutes(5));
        for (var i = 0; i < deaf; i++)
        {
            Assert.False(waiting.IsCompleted);
            await _time.AdvanceAsync(TimeSpan.FromSeconds(45));
        }
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_does_not_end_holds_up_neither_the_look_nor_the_end()
    {
        (_deaf, _state) = (1, Ready with { IsWhole = true });
        var feed = Begin();
        await _isDeaf.Task;
        Assert.Equal(_state, await feed.LookAsync(1, CancellationToken.None));
        var ending = feed.DisposeAsync().AsTask();
        while (!ending.IsCompleted) await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
    }

    private static Rollout Troubled(Trouble trouble) => new(1, false, 0, null, trouble.Fault.Message, trouble);

    private Task UntilReadyAsync(TimeSpan? within = null) => new RolloutWait(_feed, "home", SayAsync, _time).UntilAsync(
        r => r.Done, 1, new TimeAllowed(_time.GetUtcNow(), _time), within ?? Within, "did not become ready", failFast: true,
        CancellationToken.None);

    private Task SayAsync(string message)
    {
        _said.Add(message);
        return Task.CompletedTask;
    }

    private void Become(Rollout state)
    {
        _state = state;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource()).SetResult();
    }

    private async IAsyncEnumerable<Rollout> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (Interlocked.Decrement(ref _deaf) >= 0)
        {
            _isDeaf.TrySetResult();
            await _end.Task;
        }
        while (true)
        {
            var changed = _changed.Task;
            yield return _state;
            await changed.WaitAsync(ct);
        }
    }
}
