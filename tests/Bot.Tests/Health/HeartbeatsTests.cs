using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatOps.Bot.Tests.Health;

public sealed class HeartbeatsTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly Heartbeats _heartbeats;

    public HeartbeatsTests() => _heartbeats = new(_time);

    [Fact]
    public async Task A_loop_that_gives_no_sign_after_its_last_is_stuck_once_the_deadline_is_over()
    {
        _heartbeats.Of("b").Beat();
        _heartbeats.Of("a").Beat();
        await _time.AdvanceAsync(Heartbeats.Deadline);
        Assert.Empty(_heartbeats.Stuck);
        await _time.AdvanceAsync(Moment);
        Assert.Equal(["a", "b"], _heartbeats.Stuck);
        _heartbeats.Of("a").Beat();
        Assert.Equal(["b"], _heartbeats.Stuck);
    }

    [Fact]
    public async Task The_probe_says_dead_with_the_name_of_the_loop_and_alive_again_when_it_goes_on()
    {
        var pages = new HealthPages(
            new Readiness(new ChatPlatforms([])), _heartbeats, new Leader(new BotSettings()), new Refusals(TimeProvider.System, _ => { }));
        _heartbeats.Of("schedules").Beat();
        await _time.AdvanceAsync(Heartbeats.Deadline + Moment);
        var dead = Assert.IsType<ContentHttpResult>(pages.Live());
        Assert.Equal((503, "stuck: schedules; no sign of life for 10 minutes"), (dead.StatusCode, dead.ResponseContent));
        _heartbeats.Of("schedules").Rest();
        Assert.Equal("live", Assert.IsType<ContentHttpResult>(pages.Live()).ResponseContent);
    }

    [Fact]
    public async Task A_loop_that_rests_or_has_not_begun_is_never_stuck()
    {
        _heartbeats.Of("new");
        _heartbeats.Of("done").Beat();
        _heartbeats.Of("done").Rest();
        await _time.AdvanceAsync(100 * Heartbeats.Deadline);
        Assert.Empty(_heartbeats.Stuck);
    }
}
