using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Schedules;

/// <summary>Schedules with the whole bot, on both API servers; the sidecar's part is played by kubectl.</summary>
public sealed class ScheduleTests(Clusters clusters)
{
    public static TheoryData<string> Kinds => Clusters.Kinds;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_due_is_made_once_however_often_the_bot_starts(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await ScheduleAsync(place, "* * * * *", TimeProvider.System.GetUtcNow().AddSeconds(-61));
        await using (await place.BotWithHomeAsync())
            await Eventually.TrueAsync("one is made", async () => (await SnapshotsAsync(place)).Count >= 1);
        var names = await SnapshotsAsync(place);
        var due = (await place.Client.GetAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Ended)).Status;
        Assert.StartsWith("home-", names[0], StringComparison.Ordinal);
        // As if it had been killed between making it and noting that.
        await PatchAsync(
            place, ChatOpsKinds.SnapshotSchedules, "home",
            new() { ["lastScheduleTime"] = Text(due.LastScheduleTime!.Value.AddMinutes(-1)) });
        await using var again = await place.BotWithHomeAsync();
        await Eventually.TrueAsync("it is noted again", async () =>
            (await place.Client.GetAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Ended)).Status.LastScheduleTime
                >= due.LastScheduleTime);
        Assert.Equal((await SnapshotsAsync(place)).Distinct().Count(), (await SnapshotsAsync(place)).Count);
        Assert.Contains(names[0], await SnapshotsAsync(place));
        var made = await place.Client.GetAsync(ChatOpsKinds.Snapshots, place.Namespace, names[0], Ended);
        Assert.Equal(("scheduled", "schedule:home"), (made.Spec.Reason, made.Spec.RequestedBy));
        Assert.NotEqual(default, TraceAnnotation.TraceOf(made));
    }

    /// <summary>As if it had been killed between making it and noting that, with one at a time, as is usual.</summary>
    [Fact]
    public async Task One_that_was_made_and_not_noted_is_noted_and_not_told_as_missed()
    {
        var place = await clusters.PlaceAsync("embedded");
        var due = TimeProvider.System.GetUtcNow().AddMinutes(-2);
        await ScheduleAsync(
            place, string.Create(CultureInfo.InvariantCulture, $"{due.Minute} {due.Hour} * * *"), due.AddHours(-1), "Forbid");
        await using (await place.BotWithHomeAsync())
            await Eventually.TrueAsync("it is noted", async () => (await StatusAsync(place)).LastSnapshot is not null);
        var noted = await StatusAsync(place);
        await PatchAsync(
            place, ChatOpsKinds.SnapshotSchedules, "home",
            new() { ["lastScheduleTime"] = Text(due.AddHours(-1)), ["lastSnapshot"] = null });
        await using var again = await place.BotWithHomeAsync();
        await Eventually.TrueAsync("it is noted again", async () => (await StatusAsync(place)).LastScheduleTime == noted.LastScheduleTime);
        Assert.Equal(noted, await StatusAsync(place));
        Assert.Equal(noted.LastSnapshot, Assert.Single(await SnapshotsAsync(place)));
    }

    [Fact]
    public async Task What_was_missed_is_told_once_and_so_is_that_all_is_well_again()
    {
        var place = await clusters.PlaceAsync("embedded");
        var two = TimeProvider.System.GetUtcNow().AddHours(-2);
        await ScheduleAsync(place, string.Create(CultureInfo.InvariantCulture, $"{two.Minute} {two.Hour} * * *"), two.AddHours(-1));
        await using (var first = await place.BotWithHomeAsync())
        {
            await first.WhenAsync(cards => cards.Any(c => c.Card.Title == "Snapshot of home was not taken"));
            await Eventually.TrueAsync("it is noted", async () =>
                (await StatusAsync(place)) is { Unreported: null, UnwellSince: not null });
        }
        await using var second = await place.BotWithHomeAsync();
        await ScheduleAsync(place, "* * * * *", TimeProvider.System.GetUtcNow().AddSeconds(-61));
        await Eventually.TrueAsync("one is made", async () => (await SnapshotsAsync(place)).Count >= 1);
        await PatchAsync(place, ChatOpsKinds.Snapshots, (await SnapshotsAsync(place))[0], new() { ["phase"] = "Succeeded" });
        await second.WhenAsync(cards => cards.Any(c => c.Card is { State: CardState.Succeeded, Title: "Snapshots of home succeed again" }));
        Assert.DoesNotContain(second.Cards, c => c.Card.Title == "Snapshot of home was not taken");
        await Eventually.TrueAsync("it is well", async () =>
            await StatusAsync(place) is { Unreported: null, UnwellSince: null, Error: null });
    }

    [Fact]
    public async Task From_chat_it_is_set_listed_paused_resumed_run_and_removed()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotWithHomeAsync();
        Assert.Equal("No schedules", (await bot.TypeAsync("ann", "/schedule")).Title);
        Assert.Contains(
            "'3 o'clock' is no schedule", (await bot.TypeAsync("ann", "/schedule set home \"3 o'clock\"")).Title, StringComparison.Ordinal);
        Assert.Contains("when is missing", (await bot.TypeAsync("ann", "/schedule set home")).Title, StringComparison.Ordinal);
        Assert.Equal(
            "Snapshots of home: 0 3 * * * Europe/Berlin",
            (await bot.TypeAsync("ann", "/schedule set home \"0 3 * * *\" Europe/Berlin")).Title);
        Assert.Contains("bob may not snapshot", (await bot.TypeAsync("bob", "/schedule pause home")).Title, StringComparison.Ordinal);
        Assert.Equal(["paused"], (await bot.TypeAsync("ann", "/schedule pause home")).Lines);
        Assert.Contains("paused", (await bot.TypeAsync("bob", "/schedule")).Fields.Single().Value, StringComparison.Ordinal);
        Assert.StartsWith("next ", Assert.Single((await bot.TypeAsync("ann", "/schedule resume home")).Lines), StringComparison.Ordinal);
        await bot.Web.Inbox!.CommandAsync(new("run-1", "web", "ann", "ann", "ops") { Text = "/schedule run home" }, Ended);
        Assert.Single(await SnapshotsAsync(place));
        Assert.Equal("Schedule home is removed", (await bot.TypeAsync("ann", "/schedule remove home")).Title);
        Assert.Equal("home has no schedule", (await bot.TypeAsync("ann", "/schedule pause home")).Title);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_changed_or_resumed_does_not_answer_for_moments_before_though_the_bot_was_away(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        var (hour, days) = (TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(-3));
        var yearly = string.Create(CultureInfo.InvariantCulture, $"0 3 1 {hour.AddMonths(6).Month} *");
        await ScheduleAsync(place, yearly, days);
        await using (var first = await place.BotWithHomeAsync())
        {
            await ObservedAsync(place, o => o == new ObservedSchedule(yearly, "UTC", false));
            Assert.Equal(["paused"], (await first.TypeAsync("ann", "/schedule pause home")).Lines);
            await ObservedAsync(place, o => o.Suspend);
        }
        await ScheduleAsync(place, string.Create(CultureInfo.InvariantCulture, $"{hour.Minute} {hour.Hour} * * *"), days);
        await using var second = await place.BotWithHomeAsync();
        await ObservedAsync(place, o => o.Schedule.EndsWith("* * *", StringComparison.Ordinal));
        Assert.StartsWith("next ", (await second.TypeAsync("ann", "/schedule resume home")).Lines[0], StringComparison.Ordinal);
        await ObservedAsync(place, o => !o.Suspend);
        Assert.Equal((Text(days), null), (Text((await StatusAsync(place)).LastScheduleTime!.Value), (await StatusAsync(place)).Error));
        Assert.Empty(await SnapshotsAsync(place));
        Assert.DoesNotContain(second.Cards, c => c.Card.State == CardState.Failed);
    }

    private static Task ObservedAsync(Place place, Func<ObservedSchedule, bool> holds) => Eventually.TrueAsync(
        "the bot has seen it", async () => (await StatusAsync(place)).Observed is { } observed && holds(observed));

    /// <summary>A schedule that was last dealt with at that moment.</summary>
    private static async Task ScheduleAsync(Place place, string cron, DateTimeOffset last, string concurrency = "Allow")
    {
        var wanted = new JsonObject
        {
            ["apiVersion"] = ChatOpsKinds.SnapshotSchedules.ApiVersion,
            ["kind"] = "SnapshotSchedule",
            ["metadata"] = new JsonObject { ["name"] = "home", ["namespace"] = place.Namespace },
            ["spec"] = new JsonObject { ["target"] = "home", ["schedule"] = cron, ["concurrencyPolicy"] = concurrency },
        };
        // What has no status yet is not due before the next minute, so nothing comes between the two.
        await place.Client.PatchAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Patch.Apply(wanted, force: true), Ended);
        await PatchAsync(place, ChatOpsKinds.SnapshotSchedules, "home", new() { ["lastScheduleTime"] = Text(last) });
    }

    private static Task<T> PatchAsync<T>(Place place, ResourceKind<T> kind, string name, JsonObject status)
        where T : IResource =>
        place.Client.PatchAsync(kind, place.Namespace, name, Patch.Merge(new JsonObject { ["status"] = status }), Ended, "status");

    private static async Task<IReadOnlyList<string>> SnapshotsAsync(Place place) =>
        [.. (await place.Client.ListAsync(ChatOpsKinds.Snapshots, place.Namespace, Selection.All, Ended))
            .Items.Select(s => s.Metadata.Name)];

    private static async Task<SnapshotScheduleStatus> StatusAsync(Place place) =>
        (await place.Client.GetAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Ended)).Status;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
