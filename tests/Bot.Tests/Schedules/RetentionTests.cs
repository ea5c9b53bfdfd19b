using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Schedules;

/// <summary>Which snapshots stay, with the whole bot; the sidecar's part is played by writing statuses.</summary>
public sealed class RetentionTests(Clusters clusters)
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_are_tried_first_and_written_only_by_the_button()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotWithHomeAsync();
        await bot.TypeAsync("ann", "/schedule set home \"0 3 1 1 *\"");
        foreach (var day in new[] { 18, 19, 20 }) await TakenAsync(place, day);
        await KnowsAsync(bot, 3);
        Assert.Contains("bob may not snapshot", (await bot.TypeAsync("bob", "/schedule retention home \"last 1\"")).Title,
            StringComparison.Ordinal);
        Assert.Contains("cannot be read as rules", (await bot.TypeAsync("ann", "/schedule retention home \"all of them\"")).Title,
            StringComparison.Ordinal);

        var tried = await bot.TypeAsync("ann", "/schedule retention home \"last 1, daily 2\"");
        Assert.Equal((CardState.Waiting, "Snapshots of home: last 1, daily 2?"), (tried.State, tried.Title));
        Assert.Equal(["1 snapshot would be removed now, 2 would stay.", "✘ 2026-11-18 03:00"], tried.Lines);
        Assert.Null((await ScheduleAsync(place)).Spec.Retention);

        await bot.PressAsync("ann", tried.Buttons.Single().Action);
        await bot.WhenAsync(cards => cards.Any(c => c.Card is { State: CardState.Succeeded, Title: "Snapshots of home: last 1, daily 2" }));
        Assert.Equal((1, 2), ((await ScheduleAsync(place)).Spec.Retention!.KeepLast, (await ScheduleAsync(place))
            .Spec.Retention!.KeepDaily));

        await bot.PressAsync("ann", (await bot.TypeAsync("ann", "/schedule retention home \"weekly 3\"")).Buttons.Single().Action);
        await bot.WhenAsync(cards => cards.Any(c => c.Card is { State: CardState.Succeeded, Title: "Snapshots of home: weekly 3" }));
        Assert.Equal((null, 3), ((await ScheduleAsync(place)).Spec.Retention!.KeepLast, (await ScheduleAsync(place))
            .Spec.Retention!.KeepWeekly));
        await bot.PressAsync("ann", (await bot.TypeAsync("ann", "/schedule retention home none")).Buttons.Single().Action);
        await bot.WhenAsync(cards => cards.Any(c => c.Card is { State: CardState.Succeeded, Title: "Snapshots of home: keep everything" }));
        Assert.Null((await ScheduleAsync(place)).Spec.Retention);
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task Rules_with_names_that_nobody_knows_are_refused_and_not_forgotten(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "home" },
            ["spec"] = new JsonObject
            {
                ["target"] = "home",
                ["schedule"] = "0 3 * * *",
                ["retention"] = new JsonObject { ["last"] = 3, ["daily"] = 7 },
            },
        };
        var refused = await Assert.ThrowsAsync<ApiException>(
            () => place.Client.CreateAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, body, Ended));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
        Assert.Contains("spec.retention", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_database_is_told_of_and_accepted_by_the_words_it_gives()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotWithHomeAsync();
        await bot.TypeAsync("ann", "/schedule set home \"0 3 1 1 *\"");
        await TakenAsync(place, 18, mark: "aaaaaaaaaaaaaaaa");
        await TakenAsync(place, 19, mark: "bbbbbbbbbbbbbbbb");
        await KnowsAsync(bot, 2);
        var tried = await bot.TypeAsync("ann", "/schedule retention home \"last 1\"");
        var words = tried.Lines.Single(l => l.StartsWith('⚠')).Split(" says ")[1];
        Assert.Equal("/schedule accept home bbbbbbbbbbbbbbbb", words);
        Assert.Contains("another fingerprint", (await bot.TypeAsync("ann", "/schedule accept home aaaaaaaaaaaaaaaa")).Title,
            StringComparison.Ordinal);
        Assert.Contains("no fingerprint", (await bot.TypeAsync("ann", "/schedule accept home <b>")).Title, StringComparison.Ordinal);
        Assert.Equal("What home holds now is accepted", (await bot.TypeAsync("ann", words)).Title);
        Assert.Equal("bbbbbbbbbbbbbbbb", (await ScheduleAsync(place)).Spec.Retention!.AcceptedFingerprint);
        Assert.Equal("1 snapshot would be removed now, 1 would stay.", (await bot.TypeAsync("ann", "/schedule retention home \"last 1\""))
            .Lines[0]);
    }

    [Fact]
    public async Task A_loss_of_data_is_told_of_and_accepted_by_the_words_it_gives()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotWithHomeAsync();
        await bot.TypeAsync("ann", "/schedule set home \"0 3 1 1 *\"");
        await TakenAsync(place, 18, mark: "aaaaaaaaaaaaaaaa");
        await TakenAsync(place, 19);
        await KnowsAsync(bot, 2);
        var tried = await bot.TypeAsync("ann", "/schedule retention home \"last 1\"");
        var words = tried.Lines.Single(l => l.StartsWith("⚠ db is gone", StringComparison.Ordinal)).Split(" says ")[1];
        Assert.Equal($"/schedule accept home {Archive(19)}", words);
        Assert.Contains(
            "no fingerprint", (await bot.TypeAsync("ann", $"/schedule accept home {Archive(18)}")).Title, StringComparison.Ordinal);
        Assert.Equal("What home holds now is accepted", (await bot.TypeAsync("ann", words)).Title);
        Assert.Equal(Archive(19), (await ScheduleAsync(place)).Spec.Retention!.AcceptedSnapshot);
        Assert.Equal("1 snapshot would be removed now, 1 would stay.", (await bot.TypeAsync("ann", "/schedule retention home \"last 1\""))
            .Lines[0]);
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task The_rules_and_the_ways_back_travel_with_the_request_and_what_it_removed_loses_its_resource(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        foreach (var day in new[] { 16, 17, 18 }) await TakenAsync(place, day);
        await ChangedAsync(place, 7, "s16");
        await DueAsync(place);
        await using var bot = await place.BotWithHomeAsync();
        string? made = null;
        await Eventually.TrueAsync("one is made", async () =>
            (made = (await NamesAsync(place)).FirstOrDefault(n => n.StartsWith("home-", StringComparison.Ordinal))) is not null);
        var spec = (await place.Client.GetAsync(ChatOpsKinds.Snapshots, place.Namespace, made!, Ended)).Spec;
        Assert.Equal((1, "2d"), (spec.Retention!.KeepLast, spec.Retention.KeepWithin));
        Assert.Equal([Archive(16)], spec.Protect!);

        await StatusAsync(place, made!, new()
        {
            ["phase"] = "Succeeded",
            ["cutTime"] = "2026-11-21T03:00:00Z",
            ["pruned"] = new JsonArray(Archive(17))
        });
        await Eventually.TrueAsync("its resource is deleted", async () => !(await NamesAsync(place)).Contains("s17"));
        Assert.Equal(["s16", "s18"], (await NamesAsync(place)).Where(n => n.StartsWith('s')).Order());
    }

    private static string Archive(int day) => $"home-202611{day}T030000Z-abcdef";

    private static async Task TakenAsync(Place place, int day, string? mark = null)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"s{day}" },
            ["spec"] = new JsonObject { ["target"] = "home" }
        };
        await place.Client.CreateAsync(ChatOpsKinds.Snapshots, place.Namespace, body, Ended);
        var status = new JsonObject
        {
            ["phase"] = "Succeeded",
            ["cutTime"] = $"2026-11-{day}T03:00:00Z",
            ["archive"] = new JsonObject { ["name"] = Archive(day) }
        };
        if (mark is not null) status["databases"] = new JsonArray(new JsonObject
        {
            ["path"] = "db",
            ["encrypted"] = true,
            ["fingerprint"] = mark
        });
        await StatusAsync(place, $"s{day}", status);
    }

    /// <summary>A deploy that failed, and could not go back either: its snapshot is the only way.</summary>
    private static async Task ChangedAsync(Place place, int number, string snapshot)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"change-{number}" },
            ["spec"] = new JsonObject
            {
                ["target"] = "home",
                ["action"] = "deploy",
                ["number"] = number,
                ["plan"] = new JsonObject { ["digest"] = $"sha256:{new string('0', 64)}" }
            },
        };
        await place.Client.CreateAsync(ChatOpsKinds.Changes, place.Namespace, body, Ended);
        var status = new JsonObject { ["status"] = new JsonObject { ["phase"] = "Failed", ["preChangeSnapshot"] = snapshot } };
        await place.Client.PatchAsync(ChatOpsKinds.Changes, place.Namespace, $"change-{number}", Patch.Merge(status), Ended, "status");
    }

    private static async Task DueAsync(Place place)
    {
        var spec = new JsonObject
        {
            ["target"] = "home",
            ["schedule"] = "* * * * *",
            ["retention"] = new JsonObject { ["keepLast"] = 1, ["keepWithin"] = "2d" }
        };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "home" }, ["spec"] = spec };
        await place.Client.CreateAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, body, Ended);
        var last = TimeProvider.System.GetUtcNow().AddSeconds(-61)
            .UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var status = new JsonObject { ["status"] = new JsonObject { ["lastScheduleTime"] = last } };
        await place.Client.PatchAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Patch.Merge(status), Ended, "status");
    }

    private static Task<Snapshot> StatusAsync(Place place, string name, JsonObject status) => place.Client.PatchAsync(
        ChatOpsKinds.Snapshots, place.Namespace, name, Patch.Merge(new JsonObject { ["status"] = status }), Ended, "status");

    private static async Task<IReadOnlyList<string>> NamesAsync(Place place) =>
        [.. (await place.Client.ListAsync(ChatOpsKinds.Snapshots, place.Namespace, Selection.All, Ended))
            .Items.Select(s => s.Metadata.Name)];

    private static Task<SnapshotSchedule> ScheduleAsync(Place place) =>
        place.Client.GetAsync(ChatOpsKinds.SnapshotSchedules, place.Namespace, "home", Ended);

    /// <summary>What was written with kubectl reaches the bot by its watch.</summary>
    private static Task KnowsAsync(BotUnderTest bot, int count) => Eventually.TrueAsync("the bot knows them", async () =>
        (await bot.TypeAsync("ann", "/snapshots home")).Lines.Count(l => l.StartsWith('✔')) == count);
}
