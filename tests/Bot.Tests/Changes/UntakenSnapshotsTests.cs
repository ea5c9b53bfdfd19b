using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Nothing waits for ever: what nobody begins has failed, with the reason, on both API servers.</summary>
public sealed class UntakenSnapshotsTests(Clusters clusters)
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task One_that_nobody_begins_fails_and_says_why(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await BotAsync(place, "beginWithin: 1s");
        var card = await bot.TypeAsync("ann", "/snapshot home");
        await bot.WhenAsync(cards => cards.Any(c => c.Card.State == CardState.Failed));
        var failed = bot.Cards.Single(c => c.Card.State == CardState.Failed).Card;
        Assert.Contains("nobody began it within 1.0 s: no sidecar stands beside home", PlainText.Render(failed), StringComparison.Ordinal);
        Assert.Contains("/attach home puts it there", PlainText.Render(failed), StringComparison.Ordinal);
        Assert.NotNull(card);
        var made = (await place.Client.ListAsync(ChatOpsKinds.Snapshots, place.Namespace, Selection.All, Ended)).Items.Single();
        Assert.Equal(("NoSidecar", SnapshotPhase.Failed), (made.Status.Error!.Reason, made.Status.Phase));
    }

    [Fact]
    public async Task One_that_waits_for_another_to_be_done_only_queues()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await place.KubectlAsync("scale deployment/shop --replicas=0");
        await AskAsync(place, "home", "first");
        await MoveAsync(place, "first", "Running");
        await AskAsync(place, "home", "second");
        await AskAsync(place, "shop", "other");
        await using var bot = await BotAsync(place, "beginWithin: 1s");
        // That of the other target waited no longer than the second did.
        var other = await EndOfAsync(place, "other");
        Assert.Equal("Stopped", other.Error!.Reason);
        Assert.Contains("shop is stopped, and its sidecar with it", other.Error.Message, StringComparison.Ordinal);
        var second = await place.Client.GetAsync(ChatOpsKinds.Snapshots, place.Namespace, "second", Ended);
        Assert.Equal(SnapshotPhase.Pending, second.Status.Phase);
        await MoveAsync(place, "first", "Failed");
        Assert.Equal("NoSidecar", (await EndOfAsync(place, "second")).Error!.Reason);
    }

    [Fact]
    public async Task One_that_is_begun_is_left_alone_and_so_is_one_that_is_over()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await AskAsync(place, "home", "made");
        await MoveAsync(place, "made", "Succeeded");
        await AskAsync(place, "home", "late");
        await using var bot = await BotAsync(place, "beginWithin: 1s");
        await EndOfAsync(place, "late");
        var made = await place.Client.GetAsync(ChatOpsKinds.Snapshots, place.Namespace, "made", Ended);
        Assert.Equal((SnapshotPhase.Succeeded, null), (made.Status.Phase, made.Status.Error));
    }

    [Fact]
    public async Task A_change_that_fails_takes_the_one_it_waits_for_along()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await BoundClaimAsync(place);
        await using var bot = await BotAsync(place, "snapshotWithin: 1s");
        await bot.TypeAsync("ann", "/deploy home 2");
        await bot.TypeAsync("bob", "/approve 1");
        var card = await bot.CardOfChangeAsync(1, c => c.State == CardState.Failed);
        Assert.Contains("nothing was changed", card.Lines[0], StringComparison.Ordinal);
        var error = (await EndOfAsync(place, "home-before-1")).Error!;
        Assert.Equal(("ChangeFailed", "change 1 failed before anybody began it"), (error.Reason, error.Message));
    }

    [Fact]
    public async Task A_stopped_application_is_called_stopped_and_nothing_that_needs_it_running_begins()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await place.KubectlAsync("scale statefulset/home --replicas=0");
        await BoundClaimAsync(place);
        await using var bot = await BotAsync(place, "beginWithin: 1m");
        foreach (var line in (string[])["/snapshot home", "/deploy home 2", "/status home", "/status"])
            Assert.Contains("home is stopped", PlainText.Render(await bot.TypeAsync("ann", line)), StringComparison.Ordinal);
        Assert.Empty((await place.Client.ListAsync(ChatOpsKinds.Snapshots, place.Namespace, Selection.All, Ended)).Items);
    }

    private static Task<BotUnderTest> BotAsync(Place place, string more)
    {
        var home = $"home: {{ path: /data, claim: data, sidecarImage: restores:1, {more} }}, ";
        return place.BotAsync(text => text
            .Replace("workload: statefulset/home, ", $"workload: statefulset/home, {home}", StringComparison.Ordinal)
            .Replace("workload: deployment/shop, ", $"workload: deployment/shop, {home}", StringComparison.Ordinal));
    }

    private static async Task BoundClaimAsync(Place place)
    {
        await place.KubectlAsync(
            "create -f -", "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, "
                + "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        await place.Client.WaitForAsync(
            Kinds.Claims, place.Namespace, "data", c => c is { Status.Phase: "Bound" }, TimeProvider.System, Ended)
            .WaitAsync(TimeSpan.FromSeconds(60), Ended);
    }

    private static Task<Snapshot> AskAsync(Place place, string target, string name) => place.Client.CreateAsync(
        ChatOpsKinds.Snapshots, place.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["target"] = target },
        }, Ended);

    private static Task<Snapshot> MoveAsync(Place place, string name, string phase) => place.Client.PatchAsync(
        ChatOpsKinds.Snapshots, place.Namespace, name,
        Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["phase"] = phase } }), Ended, "status");

    private static async Task<SnapshotStatus> EndOfAsync(Place place, string name) => (await place.Client.WaitForAsync(
        ChatOpsKinds.Snapshots, place.Namespace, name, s => s is { Status.IsFinal: true }, TimeProvider.System, Ended)
        .WaitAsync(TimeSpan.FromSeconds(60), Ended))!.Status;
}
