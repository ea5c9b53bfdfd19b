using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

[Collection(nameof(Alone))]
public sealed class PacerTests
{
    private readonly ManualTime _time = new();
    private readonly Traffic _traffic = new();
    private readonly Pacer _pacer;

    public PacerTests() => _pacer = new(_time);

    [Fact]
    public async Task A_group_takes_19_messages_a_minute_and_progress_leaves_room_for_answers()
    {
        var progress = await TurnsAsync(Enumerable.Repeat(-1L, 30), urgent: false);
        await PassAsync(60);
        Assert.Equal(15, progress.Count(t => t.IsCompleted));
        var answers = await TurnsAsync(Enumerable.Repeat(-1L, 5), urgent: true);
        await PassAsync(0.9);
        Assert.InRange(answers.Count(t => t.IsCompleted), 1, 4);
    }

    [Fact]
    public async Task No_second_sees_more_than_28_calls_however_many_chats_there_are()
    {
        var turns = await TurnsAsync(Enumerable.Range(1, 100).Select(chat => (long)chat), urgent: true);
        for (var second = 1; second <= 3; second++)
        {
            Assert.Equal(28 * second, turns.Count(t => t.IsCompleted));
            await PassAsync(1);
        }
        Assert.Equal(100, turns.Count(t => t.IsCompleted));
    }

    [Fact]
    public async Task A_call_that_hangs_counts_until_it_is_answered()
    {
        var hanging = await _traffic.StartAsync(() =>
            Enumerable.Range(1, 28).Select(c => _pacer.TurnAsync(c, urgent: true, CancellationToken.None)).ToList());
        await PassAsync(5);
        var next = await TurnsAsync([29], urgent: true);
        await PassAsync(5);
        Assert.False(next[0].IsCompleted);
        foreach (var turn in hanging) (await turn).Dispose();
        await PassAsync(0.9);
        Assert.False(next[0].IsCompleted);
        await PassAsync(1);
        Assert.True(next[0].IsCompleted);
    }

    [Fact]
    public async Task One_chat_told_to_wait_is_left_alone_and_three_are_all_of_them()
    {
        for (var chat = 1; chat <= 2; chat++) _pacer.Hush(chat, TimeSpan.FromSeconds(10));
        var turns = await TurnsAsync([4, 1], urgent: true);
        Assert.Equal([true, false], turns.Select(t => t.IsCompleted));
        _pacer.Hush(3, TimeSpan.FromSeconds(10));
        var other = await TurnsAsync([5], urgent: true);
        await PassAsync(9);
        Assert.False(other[0].IsCompleted);
        await PassAsync(1);
        Assert.True(other[0].IsCompleted);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_clock_that_is_set_right_holds_nobody_up_and_lets_no_more_through(int hours)
    {
        await TurnsAsync(Enumerable.Range(1, 28).Select(chat => (long)chat), urgent: true);
        _time.Set(TimeSpan.FromHours(hours));
        var next = await TurnsAsync([29], urgent: true);
        Assert.False(next[0].IsCompleted);
        await PassAsync(1);
        Assert.True(next[0].IsCompleted);
    }

    /// <summary>Calls that are answered at once.</summary>
    private async Task<IReadOnlyList<Task>> TurnsAsync(IEnumerable<long> chats, bool urgent)
    {
        var turns = await _traffic.StartAsync(() => chats.Select(chat => TurnAsync(chat, urgent)).ToList());
        await _traffic.SettledAsync(() => 0);
        return turns;
    }

    private async Task TurnAsync(long chat, bool urgent)
    {
        using var turn = await _pacer.TurnAsync(chat, urgent, CancellationToken.None);
    }

    private async Task PassAsync(double seconds)
    {
        for (var end = _time.GetUtcNow() + TimeSpan.FromSeconds(seconds); _time.GetUtcNow() < end;)
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(0.1), () => _traffic.SettledAsync(() => 0));
        }
    }
}
