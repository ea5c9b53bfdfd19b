using ChatOps.Bot.Snapshots;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class MovedTargetsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTime _time = new();
    private readonly MovedTargets _moved;

    public MovedTargetsTests() => _moved = new(_time);

    [Fact]
    public async Task Each_is_taken_once_however_often_it_moved()
    {
        foreach (var target in (string[])["a", "b", "a"]) _moved.Add(target);
        Assert.Equal(["a", "b"], (await _moved.TakeAsync(Minute, CancellationToken.None)).Order());
        Assert.Empty(await _moved.TakeAsync(TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_the_first_and_by_the_time()
    {
        var woken = _moved.TakeAsync(Minute, CancellationToken.None);
        _moved.Add("a");
        Assert.Equal(["a"], await woken);
        var late = _moved.TakeAsync(Minute, CancellationToken.None);
        Assert.False(late.IsCompleted);
        await _time.AdvanceAsync(Minute);
        Assert.Empty(await late);
    }
}
