using ChatOps.Bot.Schedules;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Schedules;

public sealed class ScheduleStepTests
{
    private static readonly DateTimeOffset Three = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-1, "Rest until 03:00")]
    [InlineData(0, "Make 03:00")]
    [InlineData(600, "Make 03:00")]
    [InlineData(601, "Miss 03:00 Missed")]
    [InlineData(90_000, "Miss 03:00 Missed")]
    public void It_is_made_in_its_time_or_missed(int secondsAfter, string step) =>
        Assert.Equal(step, For(new() { Target = "home", Schedule = "0 3 * * *" }, secondsAfter));

    [Fact]
    public void Of_many_that_are_due_the_last_is_made_and_how_many_were_missed_is_told()
    {
        var hourly = new SnapshotScheduleSpec { Target = "home", Schedule = "*/10 * * * *" };
        Assert.Equal("Make 03:50", For(hourly, 51 * 60));
        var step = ScheduleStep.For(With(hourly with { StartingDeadlineSeconds = 10 }), Three.AddSeconds(30 * 60 + 11), []);
        Assert.Contains("nor 8 before it", Assert.IsType<ScheduleStep.Miss>(step).Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void However_many_are_behind_the_last_of_them_is_dealt_with_at_once()
    {
        var often = new SnapshotScheduleSpec { Target = "home", Schedule = "* * * * *" };
        Assert.Equal("Make 03:00", For(often, 7 * 86_400));
        var step = ScheduleStep.For(With(often with { StartingDeadlineSeconds = 10 }), Three.AddDays(7).AddSeconds(11), []);
        Assert.Contains("nor very many before it", Assert.IsType<ScheduleStep.Miss>(step).Why.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(7 * 86_400)]
    public void While_it_is_suspended_nothing_is_made_nothing_is_missed_and_no_moment_is_dealt_with(int secondsAfter) =>
        Assert.Equal("Rest until ", For(new() { Target = "home", Schedule = "0 3 * * *", Suspend = true }, secondsAfter));

    [Theory]
    [InlineData(null, "Miss 03:00 StillRunning")]
    [InlineData("Forbid", "Miss 03:00 StillRunning")]
    [InlineData("Allow", "Make 03:00")]
    public void One_at_a_time_unless_allowed(string? policy, string step) =>
        Assert.Equal(step, For(
            new() { Target = "home", Schedule = "0 3 * * *", ConcurrencyPolicy = policy }, 1,
            Taken(Three.AddDays(-1), SnapshotPhase.Running)));

    [Theory]
    [InlineData(1, SnapshotPhase.Running)]
    [InlineData(1, SnapshotPhase.Failed)]
    [InlineData(7200, SnapshotPhase.Succeeded)]
    public void One_that_was_made_and_not_noted_is_no_miss(int secondsAfter, SnapshotPhase phase) =>
        Assert.Equal("Make 03:00", For(new() { Target = "home", Schedule = "0 3 * * *" }, secondsAfter, Taken(Three, phase)));

    [Fact]
    public void One_that_was_made_and_not_noted_does_not_count_among_the_missed()
    {
        var often = new SnapshotScheduleSpec { Target = "home", Schedule = "*/10 * * * *", StartingDeadlineSeconds = 10 };
        var step = ScheduleStep.For(With(often), Three.AddSeconds(30 * 60 + 11), [Taken(Three, SnapshotPhase.Succeeded)]);
        Assert.Contains("nor 7 before it", Assert.IsType<ScheduleStep.Miss>(step).Why.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("every day", null)]
    [InlineData("0 3 * * *", "Mars/Olympus")]
    public void What_cannot_be_read_is_refused(string schedule, string? zone) =>
        Assert.StartsWith("Refuse", For(new() { Target = "home", Schedule = schedule, TimeZone = zone }, 1), StringComparison.Ordinal);

    [Fact]
    public void A_moment_dealt_with_never_comes_again()
    {
        var schedule = With(new() { Target = "home", Schedule = "0 3 * * *" });
        var made = schedule with { Status = schedule.Status.Make(Three, "home-1") };
        Assert.IsType<ScheduleStep.Rest>(ScheduleStep.For(made, Three.AddMinutes(1), []));
    }

    private static string For(SnapshotScheduleSpec spec, int secondsAfter, params Snapshot[] made) =>
        ScheduleStep.For(With(spec), Three.AddSeconds(secondsAfter), made) switch
        {
            ScheduleStep.Rest(var until) => $"Rest until {until:HH:mm}",
            ScheduleStep.Make(var moment) => $"Make {moment:HH:mm}",
            ScheduleStep.Miss(var moment, var why) => $"Miss {moment:HH:mm} {why.Reason}",
            ScheduleStep.Refuse(var why) => $"Refuse {why.Kind}",
            var other => other.ToString(),
        };

    private static Snapshot Taken(DateTimeOffset moment, SnapshotPhase phase) => new()
    {
        Metadata = new()
        {
            Annotations = new Dictionary<string, string>
            {
                [ChatOpsKinds.ScheduledAtAnnotation] = $"{moment.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"
            }
        },
        Status = new() { Phase = phase },
    };

    /// <summary>Made at two in the night, just after that moment.</summary>
    private static SnapshotSchedule With(SnapshotScheduleSpec spec) => new()
    {
        Metadata = new ObjectMeta { Name = "home", CreationTimestamp = Three.AddHours(-1).AddSeconds(1) },
        Spec = spec,
    };
}
