using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Who may say yes, when, and to what; through the buttons and the commands people really use.</summary>
public sealed class ApprovalTests(Clusters clusters)
{
    [Fact]
    public async Task Only_the_right_person_counts_and_only_once()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("count: 1", "count: 2", StringComparison.Ordinal));
        var approve = (await bot.TypeAsync("ann", "/deploy shop 2")).Buttons.Single(b => b.Label == "Approve").Action;
        Assert.Contains("may not approve", await bot.PressAsync("ann", approve), StringComparison.Ordinal);
        Assert.Contains("may not approve", await bot.PressAsync("dan", approve), StringComparison.Ordinal);
        Assert.Equal("I do not know you. Your web id is eve; whoever keeps chatops.yaml can add it.", await bot.PressAsync("eve", approve));
        Assert.Equal("Noted; 1 more needed.", await bot.PressAsync("bob", approve));
        Assert.Contains("bob has already agreed", await bot.PressAsync("bob", approve), StringComparison.Ordinal);
        Assert.Equal("app:1", await place.ImageAsync("deployment/shop"));
        Assert.Equal("Change 1 is approved and starts now.", await bot.PressAsync("cat", approve));
        await bot.CardOfChangeAsync(1, c => c.State == CardState.Succeeded);
        Assert.Contains("no longer waits", await bot.PressAsync("cat", approve), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_double_tap_in_the_same_moment_counts_once()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("count: 1", "count: 2", StringComparison.Ordinal));
        var approve = (await bot.TypeAsync("ann", "/deploy shop 2")).Buttons.Single(b => b.Label == "Approve").Action;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bot.PressAsync("bob", approve)));
        Assert.Single(answers, "Noted; 1 more needed.");
        var change = await place.Client.GetAsync(ChatOpsKinds.Changes, place.Namespace, "change-1", CancellationToken.None);
        Assert.Equal((ChangePhase.AwaitingApproval, 1), (change.Status.Phase, change.Status.Approvals!.Count));
    }

    [Fact]
    public async Task What_was_approved_late_changes_nothing()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("expire: 10m", "expire: 0.3s", StringComparison.Ordinal));
        var asked = await bot.TypeAsync("ann", "/deploy shop 2");
        var card = await bot.CardOfChangeAsync(1, c => c.Title.EndsWith(": expired", StringComparison.Ordinal));
        Assert.Equal(CardState.Warning, card.State);
        Assert.Contains(
            "no longer waits for approval: it expired", await bot.PressAsync("bob", asked.Buttons[0].Action), StringComparison.Ordinal);
        Assert.Equal("app:1", await place.ImageAsync("deployment/shop"));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_plan_whose_facts_moved_is_made_anew_and_decided_anew(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        var asked = await bot.TypeAsync("ann", "/deploy shop 2");
        await place.KubectlAsync("set image deployment/shop app=app:9");
        await place.KubectlAsync("rollout status deployment/shop --timeout=150s");
        var answer = await bot.PressAsync("bob", asked.Buttons.Single(b => b.Label == "Approve").Action);
        Assert.Contains("the live image is app:9 now, the plan was made for app:1", answer, StringComparison.Ordinal);
        Assert.Contains("Change 2 has the new plan", answer, StringComparison.Ordinal);
        Assert.Equal("app:9", await place.ImageAsync("deployment/shop"));
        var anew = await bot.CardOfChangeAsync(2, c => c.State == CardState.Waiting);
        Assert.Equal("9", anew.Fields.Single(f => f.Name == "now").Value.Split(' ')[0]);
        await bot.PressAsync("bob", anew.Buttons.Single(b => b.Label == "Approve").Action);
        await bot.CardOfChangeAsync(2, c => c.State == CardState.Succeeded);
        Assert.Equal("app:2", await place.ImageAsync("deployment/shop"));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task What_an_autoscaler_does_in_between_takes_no_approval_back_and_is_left_as_it_is(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2");
        await place.KubectlAsync("scale deployment/shop --replicas=3");
        Assert.Equal("Change 1 is approved and starts now.", (await bot.TypeAsync("bob", "/approve 1")).Title);
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed or CardState.Warning);
        Assert.True(done.State == CardState.Succeeded, PlainText.Render(done));
        Assert.Equal("3,app:2", await place.KubectlAsync(
            "get deployment/shop -o jsonpath={.spec.replicas},{.spec.template.spec.containers[0].image}"));
    }

    /// <summary>What its own record says of the live image is learnt from asking, and was not known when the plan was made.</summary>
    [Fact]
    public async Task A_change_is_not_outdated_by_its_own_record()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await place.KubectlAsync("set env deployment/shop COLOUR=red");
        await place.KubectlAsync("rollout status deployment/shop --timeout=150s");
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/rollback shop 1");
        Assert.Equal("Change 1 is approved and starts now.", (await bot.TypeAsync("bob", "/approve 1")).Title);
        await bot.CardOfChangeAsync(1, c => c.State == CardState.Succeeded);
        var change = await place.Client.GetAsync(ChatOpsKinds.Changes, place.Namespace, "change-1", CancellationToken.None);
        Assert.Null(change.Spec.Plan.To.ImageId);
    }

    [Fact]
    public async Task Whoever_asked_may_take_it_back_with_a_reason()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2");
        Assert.Equal("Change 1 is denied.", (await bot.TypeAsync("ann", "/deny 1 \"wrong version\"")).Title);
        var card = await bot.CardOfChangeAsync(1, c => c.State == CardState.Warning);
        Assert.Equal(("Deploy shop 2: denied by ann", "wrong version"), (card.Title, card.Lines[0]));
        Assert.Empty(card.Buttons);
    }

    [Fact]
    public async Task A_forged_button_leads_nowhere()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2");
        foreach (var forged in (string[])["", "approve", "change-1", new string('f', 24), "../change-1", "\u202Eapprove"])
            Assert.Equal("That button no longer leads anywhere. Ask for it again.", await bot.PressAsync("bob", forged));
    }

    [Fact]
    public async Task The_same_delivery_twice_makes_one_change()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2", "delivery-1");
        await bot.Web.Inbox!.CommandAsync(
            new Invocation("delivery-1", "web", "ann", "ann", "ops") { Text = "/deploy shop 2" }, CancellationToken.None);
        await using var restarted = await place.BotAsync();
        await restarted.CardOfChangeAsync(1, _ => true); // the page forgot it and shows it anew
        var again = await restarted.TypeAsync("ann", "/deploy shop 2", "delivery-1");
        Assert.Equal("Change 1 was asked for already: Deploy shop 2", again.Title);
        var changes = await place.Client.ListAsync(ChatOpsKinds.Changes, place.Namespace, Kubernetes.Selection.All, CancellationToken.None);
        Assert.Single(changes.Items);
    }
}
