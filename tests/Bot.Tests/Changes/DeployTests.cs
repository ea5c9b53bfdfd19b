using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>What happens between a typed line and a rolled out version, on the embedded and on the real API server.</summary>
public sealed class DeployTests(Clusters clusters)
{
    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_statefulset_is_rolled_out_after_approval_and_the_time_away_is_measured(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        var asked = await bot.TypeAsync("ann", "/deploy home 2");
        Assert.Equal(CardState.Waiting, asked.State);
        Assert.Equal("app:1", await place.ImageAsync("statefulset/home"));
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal(("Deploy home 2", CardState.Succeeded), (done.Title, done.State));
        Assert.Matches("home was away [0-9.]+ s", done.Lines[0]);
        Assert.Equal("app:2", await place.ImageAsync("statefulset/home"));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_statefulset_that_never_becomes_ready_goes_back_and_its_stuck_pod_is_replaced(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy home missing");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal("Deploy home missing: rolled back", done.Title);
        Assert.Contains("home-0 cannot pull app:missing", done.Lines[0], StringComparison.Ordinal);
        Assert.Contains("back on 1", done.Lines[1], StringComparison.Ordinal);
        Assert.Equal("app:1", await place.ImageAsync("statefulset/home"));
        var pod = Assert.Single(await place.PodsAsync("home"))!;
        Assert.Equal("app:1", (string?)pod["spec"]!["containers"]![0]!["image"]);
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_version_that_runs_but_never_gets_ready_goes_back_at_the_deadline(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("readyWithin: 20s", "readyWithin: 3s", StringComparison.Ordinal));
        await bot.TypeAsync("ann", "/deploy home broken");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal("Deploy home broken: rolled back", done.Title);
        Assert.Contains("did not become ready within 3.0 s", done.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_deployment_is_rolled_out_without_being_away(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.True(done.State == CardState.Succeeded, PlainText.Render(done));
        Assert.Contains("shop was never away", done.Lines[0], StringComparison.Ordinal);
        Assert.Equal("app:2", await place.ImageAsync("deployment/shop"));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_deployment_whose_image_is_missing_goes_back(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop missing");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal("Deploy shop missing: rolled back", done.Title);
        Assert.Equal("app:1", await place.ImageAsync("deployment/shop"));

        // Who goes there all the same is warned.
        var history = await bot.TypeAsync("ann", "/history shop");
        var failed = history.Fields.Single(f => f.Value.StartsWith("missing · failed last time", StringComparison.Ordinal));
        var plan = await bot.TypeAsync("ann", $"/rollback shop {failed.Name.Split(' ')[^1]}");
        Assert.Contains("missing failed when it came last", PlainText.Render(plan), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_rollback_takes_the_revision_named_or_the_one_before(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("count: 1", "count: 0", StringComparison.Ordinal));
        await bot.TypeAsync("ann", "/deploy home 2");
        await bot.CardOfChangeAsync(1, c => c.State == CardState.Succeeded);
        await bot.TypeAsync("ann", "/deploy home 3");
        await bot.CardOfChangeAsync(2, c => c.State == CardState.Succeeded);
        await bot.TypeAsync("ann", "/rollback home");
        await bot.CardOfChangeAsync(3, c => c.State == CardState.Succeeded);
        Assert.Equal("app:2", await place.ImageAsync("statefulset/home"));
        await bot.TypeAsync("ann", "/rollback home 1");
        var done = await bot.CardOfChangeAsync(4, c => c.State == CardState.Succeeded);
        Assert.Equal("Roll back home to 1", done.Title);
        Assert.Equal("app:1", await place.ImageAsync("statefulset/home"));
    }
}
