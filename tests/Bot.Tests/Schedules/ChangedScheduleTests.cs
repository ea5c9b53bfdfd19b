using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Schedules;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Schedules;

/// <summary>A schedule does not answer for moments before it was written so, or resumed.</summary>
public sealed class ChangedScheduleTests
{
    /// <summary>Made at three, each night.</summary>
    private static readonly SnapshotScheduleSpec Daily = new() { Target = "home", Schedule = "0 3 * * *" };

    /// <summary>Known since the 20th, and dealt with last on the 22nd at three.</summary>
    private static readonly SnapshotScheduleStatus Known =
        new SnapshotScheduleStatus().Observe(Daily, At("20 10:00")).Make(At("22 03:00"), "home-1");

    [Theory]
    [InlineData("0 4 * * *", null, "26 10:00", "Rest until 27 04:00")]
    [InlineData("0 4 * * *", null, "26 04:05", "Rest until 27 04:00")]
    [InlineData("0 3 * * 0", null, "26 10:00", "Rest until 29 03:00")]
    [InlineData("0 3 * * *", "Europe/Berlin", "26 02:05", "Rest until 27 02:00")]
    [InlineData("0 3 * * *", "UTC", "23 03:05", "Make 23 03:00")]
    [InlineData("0 3 * * *", null, "23 03:05", "Make 23 03:00")]
    [InlineData("0 3 * * *", null, "26 10:00", "Miss 26 03:00")]
    public void Moments_before_it_was_written_so_are_not_its_own(string schedule, string? zone, string now, string step) =>
        Assert.Equal(step, Step(Daily with { Schedule = schedule, TimeZone = zone }, Known, now));

    [Theory]
    [InlineData("27 03:59", "Rest until 27 04:00")]
    [InlineData("27 04:00", "Make 27 04:00")]
    [InlineData("27 04:20", "Miss 27 04:00")]
    public void Moments_after_it_was_written_so_are_its_own(string now, string step)
    {
        var changed = Daily with { Schedule = "0 4 * * *" };
        Assert.Equal(step, Step(changed, Known.Observe(changed, At("26 10:00")), now));
    }

    [Fact]
    public void Paused_for_a_week_and_resumed_it_rests_until_its_next_moment()
    {
        var paused = Daily with { Suspend = true };
        var status = Known.Observe(paused, At("22 10:00"));
        Assert.Equal("Rest until ", Step(paused, status, "29 10:00"));
        Assert.Equal(At("22 03:00"), status.LastScheduleTime);
        Assert.Equal("Rest until 30 03:00", Step(Daily, status, "29 10:00"));
        Assert.Equal("Rest until 30 03:00", Step(Daily, status.Observe(Daily, At("29 10:00")), "29 12:00"));
    }

    [Fact]
    public void Of_several_edits_in_a_row_the_last_counts()
    {
        var status = Known.Observe(Daily with { Schedule = "0 4 * * *" }, At("26 03:30")).Observe(Daily, At("26 04:30"));
        Assert.Equal("Rest until 27 03:00", Step(Daily, status, "26 05:00"));
        Assert.Equal("Make 27 03:00", Step(Daily, status, "27 03:01"));
    }

    [Fact]
    public void One_that_was_made_just_now_counts_from_then() =>
        Assert.Equal("Rest until 27 03:00", Step(Daily, new(), "26 03:01", created: "26 03:00"));

    [Fact]
    public void One_that_was_paused_from_the_beginning_counts_from_when_it_was_resumed()
    {
        var status = new SnapshotScheduleStatus().Observe(Daily with { Suspend = true }, At("20 10:00"));
        Assert.Equal("Rest until 27 03:00", Step(Daily, status, "26 10:00"));
    }

    [Fact]
    public void Other_fields_change_nothing_of_what_was_missed()
    {
        var kept = Daily with { Retention = new() { KeepLast = 3 }, StartingDeadlineSeconds = 60, Notify = ["ops"] };
        Assert.Equal("Miss 26 03:00", Step(kept, Known, "26 10:00"));
    }

    [Fact]
    public void One_that_cannot_be_read_answers_for_nothing_when_it_can_be_again()
    {
        var status = Known.Observe(Daily with { Schedule = "at three" }, At("23 10:00"));
        Assert.Equal("Rest until 27 03:00", Step(Daily, status, "26 10:00"));
    }

    [Fact]
    public void What_was_missed_after_an_edit_while_the_bot_was_away_is_missed()
    {
        var changed = Daily with { Schedule = "0 4 * * *" };
        var status = Known.Observe(changed, At("26 10:00"), changed: At("24 03:30"));
        Assert.Equal(At("24 03:30"), status.LastChangeTime);
        Assert.Equal("Miss 26 04:00", Step(changed, status, "26 10:00"));
    }

    [Fact]
    public void A_clock_that_is_put_back_silences_nothing()
    {
        var later = Daily with { Schedule = "0 4 * * *" };
        var ahead = Known.Observe(later, At("26 10:00").AddYears(1)).Make(At("27 04:00").AddYears(1), "home-2");
        Assert.Equal("Rest until 27 03:00", Step(Daily, ahead, "26 10:00"));
        var status = ahead.Observe(Daily, At("26 10:00"));
        Assert.Equal((null, At("26 10:00")), (status.LastScheduleTime, status.LastChangeTime));
        Assert.Equal("Make 27 03:00", Step(Daily, status, "27 03:01"));
    }

    [Fact]
    public void A_clock_that_is_put_back_by_less_than_a_minute_makes_nothing_twice() =>
        Assert.Equal(Known, Known.Observe(Daily, At("22 02:59").AddSeconds(30)));

    [Fact]
    public void What_was_seen_already_is_not_written_again()
    {
        Assert.Same(Known, Known.Observe(Daily with { TimeZone = "UTC", Suspend = false }, At("26 10:00")));
        Assert.Null(Known.LastChangeTime);
    }

    [Theory]
    [InlineData("f:schedule", "", "2026-11-24T10:00:00Z")]
    [InlineData("f:suspend", "", "2026-11-24T10:00:00Z")]
    [InlineData("f:timeZone", "", "2026-11-24T10:00:00Z")]
    [InlineData("f:retention", "", "2026-11-20T10:00:00Z")]
    [InlineData("f:schedule", "not a time", "2026-11-20T10:00:00Z")]
    public void The_newest_edit_is_that_of_a_field_that_says_when(string field, string time, string expected)
    {
        var live = JsonNode.Parse($$"""
            {"metadata":{"managedFields":[
              {"time":"2026-11-20T10:00:00Z","fieldsV1":{"f:spec":{"f:schedule":{},"f:target":{} } } },
              {"time":"{{(time.Length > 0 ? time : "2026-11-24T10:00:00Z")}}","fieldsV1":{"f:spec":{"{{field}}":{} } } },
              {"time":"2026-11-25T10:00:00Z","subresource":"status","fieldsV1":{"f:status":{"f:observed":{"f:schedule":{} } } } },
              null, {"fieldsV1":[]}]} }
            """)!;
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), ScheduleEdits.Newest((JsonObject)live));
    }

    [Fact]
    public void Where_nothing_tells_of_edits_there_is_none() => Assert.Null(ScheduleEdits.Newest([]));

    private static string Step(SnapshotScheduleSpec spec, SnapshotScheduleStatus status, string now, string created = "20 10:00")
    {
        var metadata = new ObjectMeta { Name = "home", CreationTimestamp = At(created) };
        return ScheduleStep.For(new() { Metadata = metadata, Spec = spec, Status = status }, At(now), []) switch
        {
            ScheduleStep.Rest(var until) => $"Rest until {until:dd HH:mm}",
            ScheduleStep.Make(var moment) => $"Make {moment:dd HH:mm}",
            ScheduleStep.Miss(var moment, _) => $"Miss {moment:dd HH:mm}",
            var other => other.ToString(),
        };
    }

    /// <param name="text">Day, hour and minute of November 2026; the 22nd and the 29th are Sundays.</param>
    private static DateTimeOffset At(string text) =>
        DateTimeOffset.ParseExact($"2026-11-{text}", "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
