using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>A bot that goes away in the middle of a change: the next one goes on from the status, in the same message.</summary>
public sealed class ResumeTests(Clusters clusters)
{
    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task The_next_bot_finishes_the_rollout_in_the_same_message(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        string message;
        await using (var first = await place.BotAsync())
        {
            await first.TypeAsync("ann", "/deploy home slow");
            message = first.Cards[^1].Id;
            await first.TypeAsync("bob", "/approve 1");
            await first.CardOfChangeAsync(1, c => c.Progress?.Text.StartsWith("wait for ready pods", StringComparison.Ordinal) == true);
        }
        await using var second = await place.BotAsync();
        var done = await second.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal(CardState.Succeeded, done.State);
        Assert.Equal(message, second.Cards.Single(c => c.Card.Footer?.StartsWith("change 1 ", StringComparison.Ordinal) == true).Id);
        Assert.Matches("home was away [0-9.]+ s", done.Lines[0]);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task The_next_bot_gives_a_rollout_its_time_though_its_clock_is_another(int hours)
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using (var first = await place.BotAsync())
        {
            await first.TypeAsync("ann", "/deploy home slow");
            await first.TypeAsync("bob", "/approve 1");
            await first.CardOfChangeAsync(1, c => c.Progress?.Text.StartsWith("wait for ready pods", StringComparison.Ordinal) == true);
        }
        await using var second = await place.BotAsync(time: new ShiftedTime(TimeSpan.FromHours(hours)));
        Assert.Equal(
            CardState.Succeeded,
            (await second.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed)).State);
    }

    [Fact]
    public async Task The_next_bot_finishes_the_way_back()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        // What it goes back to takes its time, so that there is a middle to be caught in.
        await place.KubectlAsync("set image statefulset/home app=app:slow");
        await place.KubectlAsync("rollout status statefulset/home --timeout=150s");
        await using (var first = await place.BotAsync())
        {
            await first.TypeAsync("ann", "/deploy home missing");
            await first.TypeAsync("bob", "/approve 1");
            await first.CardOfChangeAsync(1, c => c.Title.EndsWith(": going back", StringComparison.Ordinal));
        }
        await using var second = await place.BotAsync();
        var done = await second.CardOfChangeAsync(1, c => c.State == CardState.Failed);
        Assert.Equal("Deploy home missing: rolled back", done.Title);
        Assert.Equal("app:slow", await place.ImageAsync("statefulset/home"));
    }

    /// <summary>Found running, as its plan says, by a bot that did not begin it.</summary>
    [Fact]
    public async Task As_many_pods_are_started_again_as_there_were_when_it_stopped_them()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await place.KubectlAsync("scale deployment/shop --replicas=3");
        var spec = new ChangeSpec
        {
            Target = "shop",
            Action = "rollback",
            Number = 1,
            Plan = new ChangePlan { Container = "app", Replicas = 1, Steps = ["stop", "start", "roll-out"] }.Sealed(),
        };
        var change = await place.Client.CreateAsync(ChatOpsKinds.Changes, place.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "change-1" },
            ["spec"] = JsonSerializer.SerializeToNode(spec, ResourceJson.Default.ChangeSpec),
        }, CancellationToken.None);
        await place.Client.WriteStatusAsync(change, change.Status.Admit().Start(TimeProvider.System.GetUtcNow()), CancellationToken.None);
        await using var bot = await place.BotAsync();
        var done = await place.Client.WaitForAsync(
            ChatOpsKinds.Changes, place.Namespace, "change-1", c => c is { Status.IsFinal: true }, TimeProvider.System,
            CancellationToken.None);
        Assert.Equal((ChangePhase.Succeeded, 3), (done!.Status.Phase, done.Status.StoppedReplicas));
        Assert.Equal("3", await place.KubectlAsync("get deployment/shop -o jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Buttons_work_in_the_next_bot_too()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        string approve;
        await using (var first = await place.BotAsync())
            approve = (await first.TypeAsync("ann", "/deploy shop 2")).Buttons.Single(b => b.Label == "Approve").Action;
        await using var second = await place.BotAsync();
        await second.CardOfChangeAsync(1, c => c.State == CardState.Waiting);
        Assert.Equal("Change 1 is approved and starts now.", await second.PressAsync("bob", approve));
        await second.CardOfChangeAsync(1, c => c.State == CardState.Succeeded);
    }

    [Fact]
    public async Task An_api_server_that_is_away_is_named_and_waited_for()
    {
        var place = await Clusters.OwnAsync();
        await using var cluster = place.Cluster;
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy home slow");
        await bot.TypeAsync("bob", "/approve 1");
        await bot.CardOfChangeAsync(1, c => c.Progress?.Text.StartsWith("wait for ready pods", StringComparison.Ordinal) == true);
        await place.Cluster.Embedded!.Faults.RefuseConnectionsAsync();
        var refused = await bot.TypeAsync("ann", "/status home");
        await place.Cluster.Embedded.Faults.AcceptConnectionsAsync();
        Assert.Equal(CardState.Failed, refused.State);
        Assert.Contains("does not answer", refused.Title, StringComparison.Ordinal);
        Assert.Equal(CardState.Succeeded, (await bot.CardOfChangeAsync(1, c => c.IsSettled)).State);
    }
}
