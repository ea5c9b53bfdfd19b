using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

public sealed class PacerTests
{
    private readonly ManualTime _time = new();
    private readonly Pacer _pacer;

    public PacerTests() => _pacer = new(_time);

    [Fact]
    public async Task A_group_takes_19_messages_a_minute_and_progress_leaves_room_for_answers()
    {
        var progress = Enumerable.Range(0, 30).Select(_ => Turn(-1, urgent: false)).ToList();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(15, progress.Count(t => t.IsCompleted));
        var answers = Enumerable.Range(0, 5).Select(_ => Turn(-1, urgent: true)).ToList();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(0.9));
        Assert.InRange(answers.Count(t => t.IsCompleted), 1, 4);
    }

    [Fact]
    public async Task No_second_sees_more_than_28_calls_however_many_chats_there_are()
    {
        var turns = Enumerable.Range(1, 100).Select(chat => Turn(chat, urgent: true)).ToList();
        for (var second = 1; second <= 3; second++)
        {
            Assert.Equal(28 * second, turns.Count(t => t.IsCompleted));
            await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(100, turns.Count(t => t.IsCompleted));
    }

    [Fact]
    public async Task A_call_that_hangs_counts_until_it_is_answered()
    {
        var hanging = Enumerable.Range(1, 28).Select(chat => _pacer.TurnAsync(chat, urgent: true, CancellationToken.None)).ToList();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(5));
        var next = Turn(29, urgent: true);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.False(next.IsCompleted);
        foreach (var turn in hanging) (await turn).Dispose();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(0.9));
        Assert.False(next.IsCompleted);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True(next.IsCompleted);
    }

    [Fact]
    public async Task One_chat_told_to_wait_is_left_alone_and_three_are_all_of_them()
    {
        for (var chat = 1; chat <= 2; chat++) _pacer.Hush(chat, TimeSpan.FromSeconds(10));
        Assert.True(Turn(4, urgent: true).IsCompleted);
        Assert.False(Turn(1, urgent: true).IsCompleted);
        _pacer.Hush(3, TimeSpan.FromSeconds(10));
        var other = Turn(5, urgent: true);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.False(other.IsCompleted);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True(other.IsCompleted);
    }

    /// <summary>A call that is answered at once.</summary>
    private async Task Turn(long chat, bool urgent)
    {
        using var turn = await _pacer.TurnAsync(chat, urgent, CancellationToken.None);
    }
}
