using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

public sealed class TimeAllowedTests
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(3, 7)]
    [InlineData(60, 5)]
    [InlineData(-60, 10)]
    public async Task What_passed_before_counts_as_far_as_another_clock_can_be_believed(int minutesAgo, int left)
    {
        var allowed = new TimeAllowed(_time.GetUtcNow().AddMinutes(-minutesAgo), _time);
        Assert.Equal(TimeSpan.FromMinutes(left), allowed.Left(Within));
        await _time.AdvanceAsync(TimeSpan.FromMinutes(left));
        Assert.Equal(TimeSpan.Zero, allowed.Left(Within));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_clock_that_is_set_right_meanwhile_changes_nothing(int hours)
    {
        var allowed = new TimeAllowed(_time.GetUtcNow(), _time);
        await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        _time.Set(TimeSpan.FromHours(hours));
        Assert.Equal(TimeSpan.FromMinutes(9), allowed.Left(Within));
    }
}
