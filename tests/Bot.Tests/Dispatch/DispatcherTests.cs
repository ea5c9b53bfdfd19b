using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;

namespace ChatOps.Bot.Tests.Dispatch;

/// <summary>What people get for what they type, right or wrong.</summary>
public sealed class DispatcherTests(Clusters clusters)
{
    [Theory]
    [InlineData("ann", "/nonsense", "there is no command /nonsense")]
    [InlineData("ann", "/stauts", "there is no command /stauts")]
    [InlineData("ann", "/status nowhere", "there is no target 'nowhere'")]
    [InlineData("dan", "/status home", "there is no target 'home'")]
    [InlineData("dan", "/deploy shop 2", "dan may not deploy")]
    [InlineData("ann", "/approve 1", "ann may not approve")]
    [InlineData("bob", "/approve 99", "there is no change 99")]
    [InlineData("ann", "/deploy shop 1", "shop already runs app:1")]
    [InlineData("ann", "/deploy shop evil/app:1", "'evil/app' is not the image of this target, app is")]
    [InlineData("ann", "/snapshot shop", "shop has no data in the care of a sidecar")]
    [InlineData("ann", "/rollback shop", "shop has no earlier revision to go back to")]
    [InlineData("ann", "<script>alert(1)</script>", "that is no command")]
    public async Task A_refusal_says_why(string person, string text, string why)
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        var card = await bot.TypeAsync(person, text);
        Assert.Equal(CardState.Failed, card.State);
        Assert.Equal(why, card.Title);
    }

    [Fact]
    public async Task A_stranger_gets_one_line_with_their_id_and_then_silence()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotAsync();
        for (var i = 0; i < 3; i++)
        {
            await bot.Web.Inbox!.CommandAsync(
                new Invocation($"s{i}", "web", "eve", "eve", "ops") { Text = "/status" }, CancellationToken.None);
        }
        var card = Assert.Single(bot.Cards).Card;
        Assert.Equal("I do not know you. Your web id is eve; whoever keeps chatops.yaml can add it.", card.Title);
    }

    [Fact]
    public async Task A_workload_that_is_not_there_names_itself()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotAsync();
        var card = await bot.TypeAsync("ann", "/status shop");
        Assert.Equal($"shop: there is no deployment shop in namespace {place.Namespace}", card.Title);
    }

    [Fact]
    public async Task Help_lists_what_this_person_may_do()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotAsync();
        var guest = (await bot.TypeAsync("dan", "/help")).Fields.Select(f => f.Name).ToList();
        Assert.Contains("/status [target]", guest);
        Assert.DoesNotContain("/deploy target version", guest);
        Assert.Contains("/deploy target version", (await bot.TypeAsync("ann", "/help")).Fields.Select(f => f.Name));
    }

    [Fact]
    public async Task Status_names_version_and_pods()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync();
        var card = await bot.TypeAsync("ann", "/status home");
        Assert.Equal(("home is up", "1 of 1 ready"), (card.Title, card.Fields.Single(f => f.Name == "pods").Value));
    }
}
