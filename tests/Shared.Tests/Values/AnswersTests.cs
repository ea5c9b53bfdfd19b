using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

public sealed class AnswersTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _caller = new();

    public static TheoryData<Exception> Lost =>
        [new HttpRequestException("cut"), new IOException("cut"), new OperationCanceledException(), new ObjectDisposedException("stream")];

    [Fact]
    public async Task What_is_answered_in_time_is_handed_on() =>
        Assert.Equal(5, await AskAsync(_ => Task.FromResult(5)));

    [Theory]
    [MemberData(nameof(Lost))]
    public async Task A_lost_connection_is_told_in_the_callers_words(Exception how)
    {
        var told = await Assert.ThrowsAsync<TimeoutException>(() => AskAsync(_ => throw how));
        Assert.Same(how, told.InnerException);
    }

    [Theory]
    [MemberData(nameof(Lost))]
    public async Task A_caller_who_goes_hears_that_and_nothing_of_the_connection(Exception how)
    {
        var told = await Assert.ThrowsAsync<OperationCanceledException>(() => AskAsync(_ =>
        {
            _caller.Cancel();
            throw how;
        }));
        Assert.Equal(_caller.Token, told.CancellationToken);
    }

    [Fact]
    public async Task The_call_is_cancelled_when_its_time_is_over()
    {
        var asking = AskAsync(async ct =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
            return 0;
        });
        await _time.AdvanceAsync(Limit - TimeSpan.FromSeconds(1));
        Assert.False(asking.IsCompleted);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => asking);
    }

    [Fact]
    public async Task What_is_no_fault_of_a_connection_is_left_as_it_is() =>
        await Assert.ThrowsAsync<FormatException>(() => AskAsync(_ => throw new FormatException()));

    private Task<int> AskAsync(Func<CancellationToken, Task<int>> call) =>
        Answers.WithinAsync(Limit, _time, call, e => new TimeoutException("no answer", e), _caller.Token);
}
