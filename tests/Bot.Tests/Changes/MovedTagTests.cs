using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>
/// A tag that is pushed anew between a plan and its pods, on a cluster whose pods report the repository as containerd does
/// (kubernetes/kubernetes#95968): <c>docker.io/library/app@sha256:…</c> for a template that says <c>app:rolling</c>.
/// </summary>
public sealed class MovedTagTests(Clusters clusters)
{
    private static readonly string Before = $"sha256:{new string('b', 64)}", After = $"sha256:{new string('a', 64)}";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task Going_back_under_a_pull_policy_of_Always_runs_the_digest_that_was_approved(string kind)
    {
        var (place, bot, tag) = await RollingAsync(kind, "Always");
        await using var _ = bot;
        place.Cluster.Pushed[$"app:{tag}"] = After;
        var plan = await bot.TypeAsync("ann", "/rollback shop");
        Assert.Equal($"{tag}  ({Phrases.ShortDigest(Before)})", plan.Fields.Single(f => f.Name == "then").Value);
        await bot.TypeAsync("bob", "/approve 2");
        var done = await bot.CardOfChangeAsync(2, IsOver);
        Assert.Equal((CardState.Succeeded, $"Roll back shop to {tag}"), (done.State, done.Title));
        Assert.Contains($"runs {Phrases.ShortDigest(Before)}", done.Lines);
        Assert.Equal($"app@{Before}", await place.ImageAsync("deployment/shop"));
        Assert.Equal(("True", "SameDigest"), await ConditionAsync(place, 2));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task Another_digest_than_approved_is_no_success(string kind)
    {
        var (place, bot, tag) = await RollingAsync(kind, "IfNotPresent");
        await using var _ = bot;
        place.Cluster.Pushed[$"app:{tag}"] = After;
        await bot.TypeAsync("ann", "/rollback shop");
        await bot.TypeAsync("bob", "/approve 2");
        var done = await bot.CardOfChangeAsync(2, IsOver);
        var told = $"runs {Phrases.ShortDigest(After)} though {Phrases.ShortDigest(Before)} was approved";
        Assert.Equal((CardState.Warning, $"Roll back shop to {tag}: not the image of the plan"), (done.State, done.Title));
        Assert.Equal(told, done.Lines[0]);
        Assert.Equal(("False", "OtherDigest"), await ConditionAsync(place, 2));
        var history = await bot.TypeAsync("ann", "/history shop");
        Assert.StartsWith($"⚠ 2 Roll back shop to {tag} · not the image of the plan", history.Lines[0], StringComparison.Ordinal);
        await Eventually.TrueAsync("the workload tells it too", async () =>
        {
            var events = await place.Client.ListAsync(Kinds.Events, place.Namespace, Selection.All, Ended);
            var of = events.Items.Where(e => e is { Type: "Warning", Reason: "OtherImageRuns" });
            return of.Any(e => e.Message!.Contains(told, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task A_way_back_that_ends_on_another_digest_says_so()
    {
        var (place, bot, tag) = await PlaceAsync("embedded", "statefulset/home", "IfNotPresent");
        await using var _ = bot;
        place.Cluster.Pushed[$"app:{tag}"] = After;
        await bot.TypeAsync("ann", "/deploy home missing");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, IsOver);
        Assert.Equal("Deploy home missing: rolled back", done.Title);
        Assert.Contains($"runs {Phrases.ShortDigest(After)} though {Phrases.ShortDigest(Before)} ran before", done.Lines);
    }

    private static bool IsOver(Card card) => card.State is CardState.Succeeded or CardState.Failed or CardState.Warning;

    private static async Task<(string, string?)> ConditionAsync(Place place, int number)
    {
        var change = await place.Client.GetAsync(ChatOpsKinds.Changes, place.Namespace, $"change-{number}", Ended);
        var condition = Assert.Single(change.Status.Conditions!);
        return (condition.Status, condition.Reason);
    }

    /// <summary>The Deployment ran a tag of its own, and was deployed the version 2 after it.</summary>
    private async Task<(Place Place, BotUnderTest Bot, string Tag)> RollingAsync(string kind, string policy)
    {
        var (place, bot, tag) = await PlaceAsync(kind, "deployment/shop", policy);
        await bot.TypeAsync("ann", "/deploy shop 2");
        await bot.TypeAsync("bob", "/approve 1");
        await bot.CardOfChangeAsync(1, c => c.State == CardState.Succeeded);
        return (place, bot, tag);
    }

    /// <summary>The workload runs a tag of its own.</summary>
    private async Task<(Place Place, BotUnderTest Bot, string Tag)> PlaceAsync(string kind, string workload, string policy)
    {
        var place = await clusters.PlaceAsync(kind);
        var tag = $"rolling-{place.Namespace}";
        place.Cluster.Pushed[$"app:{tag}"] = Before;
        await place.WorkloadsAsync();
        await place.KubectlAsync($"patch {workload} --type=json -p "
            + $$"""[{"op":"add","path":"/spec/template/spec/containers/0/imagePullPolicy","value":"{{policy}}"},"""
            + $$"""{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"app:{{tag}}"}]""");
        await place.KubectlAsync($"rollout status {workload} --timeout=150s");
        return (place, await place.BotAsync(), tag);
    }
}
