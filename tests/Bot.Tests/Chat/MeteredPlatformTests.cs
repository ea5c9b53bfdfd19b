using ChatOps.Bot.Chat;
using ChatOps.Metrics;
using ChatOps.Resources;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace ChatOps.Bot.Tests.Chat;

public sealed class MeteredPlatformTests : IDisposable
{
    private static readonly Card Card = new(CardState.Succeeded, "well");
    private readonly string _name = $"p{Guid.NewGuid():N}";
    private readonly IChatPlatform _below = Substitute.For<IChatPlatform>();
    private readonly MetricsCollector _collector = new([PlatformMetrics.Meter]);
    private readonly MeteredPlatform _platform;

    public MeteredPlatformTests()
    {
        _below.Name.Returns(_name);
        _platform = new(_below);
    }

    [Fact]
    public async Task What_is_taken_is_counted_by_its_kind_and_given_back_as_it_is()
    {
        var (sent, answered) = (new MessageReference(_name, "c", "1"), new MessageReference(_name, "c", "2"));
        var invocation = new Invocation("i", _name, "u", "u", "c");
        _below.SendAsync("c", Card, default).Returns(sent);
        _below.AnswerAsync(invocation, Card, true, default).Returns(answered);
        Assert.Same(sent, await _platform.SendAsync("c", Card, default));
        Assert.Same(answered, await _platform.AnswerAsync(invocation, Card, true, default));
        await _platform.EditAsync(sent, true, () => Card, default);
        await _below.Received().EditAsync(sent, true, Arg.Any<Func<Card>>(), default);
        Assert.Equal(["answer taken 1", "edit taken 1", "send taken 1"], Counted());
    }

    [Theory]
    [InlineData(true, "later")]
    [InlineData(false, "refused")]
    public async Task What_is_not_taken_is_counted_and_still_thrown(bool retry, string outcome)
    {
        _below.SendAsync("c", Card, default).ThrowsAsync(new PlatformException("no", retry));
        Assert.Equal(retry, (await Assert.ThrowsAsync<PlatformException>(() => _platform.SendAsync("c", Card, default))).Retry);
        Assert.Equal([$"send {outcome} 1"], Counted());
    }

    [Fact]
    public async Task Everything_else_is_the_platform_below()
    {
        var (connected, inbox) = (new TaskCompletionSource(), Substitute.For<IChatInbox>());
        _below.Connected.Returns(connected.Task);
        _below.EditInterval.Returns(TimeSpan.FromSeconds(7));
        _below.Forgets.Returns(true);
        await _platform.RunAsync(inbox, default);
        await _below.Received().RunAsync(inbox, default);
        Assert.Equal((_name, TimeSpan.FromSeconds(7), true), (_platform.Name, _platform.EditInterval, _platform.Forgets));
        Assert.Same(connected.Task, _platform.Connected);
    }

    public void Dispose() => _collector.Dispose();

    private IReadOnlyList<string> Counted() =>
        [.. from point in _collector.Collect().Families.Single(f => f.Name == "chatops_platform_sends_total").Points
            let labels = point.Labels.ToDictionary()
            where labels["platform"] == _name
            select $"{labels["call"]} {labels["outcome"]} {point.Value}"];
}
