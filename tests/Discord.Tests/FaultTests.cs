using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

public sealed class FaultTests
{
    private const string Post = "POST channels/{channel}/messages";

    [Fact]
    public async Task A_request_dropped_before_did_not_happen_and_one_dropped_after_did()
    {
        await using var world = await World.StartAsync();
        world.Discord.FailNext(DiscordFault.Drop, Post);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(world, "a"));
        Assert.Empty(world.Ops.FromBot);
        world.Discord.FailNext(DiscordFault.LoseAnswer, Post);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(world, "b"));
        Assert.Equal("b", world.Ops.FromBot.Single().Content);
        Assert.Equal([(0, false), (200, true)], world.Discord.Calls.Select(c => (c.Status, c.AnswerLost)));
    }

    [Fact]
    public async Task A_proxy_answers_with_a_page_and_the_API_with_its_reason()
    {
        await using var world = await World.StartAsync();
        world.Discord.FailNext(DiscordFault.Html(502));
        Assert.Equal((502, null), await SendAsync(world, "a"));
        world.Discord.FailNext(DiscordFault.Refuse(403, 50013, "Missing Permissions"), Post, times: 2);
        for (var i = 0; i < 2; i++) Assert.Equal(50013, World.Code(await SendAsync(world, "a")));
        Assert.Null(World.Code(await SendAsync(world, "a")));
        Assert.Throws<ArgumentException>(() => world.Discord.FailNext(DiscordFault.Drop, "POST nowhere"));
    }

    [Fact]
    public async Task A_request_is_held_until_the_test_lets_it_go_or_the_clock_does()
    {
        await using var world = await World.StartAsync();
        var gate = new TaskCompletionSource();
        world.Discord.FailNext(DiscordFault.Hold(gate.Task), Post);
        var held = SendAsync(world, "late");
        await world.Discord.WhenAsync(() => world.Discord.Calls.Count == 1);
        Assert.Empty(world.Ops.FromBot);
        gate.SetResult();
        Assert.Equal(200, (await held).Status);
        world.Discord.FailNext(DiscordFault.Delay(TimeSpan.FromSeconds(10)), Post);
        var slow = SendAsync(world, "later");
        await world.Discord.WhenAsync(() => world.Discord.Calls.Count == 2);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await slow).Status);
    }

    [Fact]
    public async Task It_goes_away_and_comes_back_on_the_same_port_with_what_happened_meanwhile()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        await bot.EventAsync("GUILD_CREATE");
        await world.GoAsync();
        await bot.EventAsync("INTERACTION_CREATE");
        await world.Discord.StopListeningAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => world.Api.GetAsync("users/@me"));
        var meanwhile = await world.GoAsync();
        await world.Discord.ListenAgainAsync();
        await using var again = await world.ConnectAsync(url: bot.Resumable.Url);
        await again.ResumeAsync(world.Discord.Token, bot.Resumable.Session, bot.Sequence);
        Assert.Equal($"{meanwhile.Id}", (string?)(await again.EventAsync("INTERACTION_CREATE"))["id"]);
    }

    [Fact]
    public async Task What_people_say_reaches_only_who_asked_to_read_it()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync(intents: 1 | (1 << 9) | (1 << 12));
        world.Discord.Say(world.Ada, world.Ops, "hidden");
        Assert.Equal("", (string?)(await bot.EventAsync("MESSAGE_CREATE"))["content"]);
        world.Discord.Say(world.Ada, world.Ops, $"<@{world.Discord.BotId}> seen");
        Assert.EndsWith("seen", (string?)(await bot.EventAsync("MESSAGE_CREATE"))["content"]);
        world.Discord.Say(world.Ada, world.Discord.OpenDirectMessage(world.Ada), "direct");
        Assert.Equal("direct", (string?)(await bot.EventAsync("MESSAGE_CREATE"))["content"]);
    }

    [Fact]
    public async Task The_routes_of_a_guild_answer()
    {
        await using var world = await World.StartAsync();
        Assert.Equal("Ghosts", (string?)(await world.Api.GetAsync($"guilds/{world.Guild.Id}")).Body!["name"]);
        Assert.Equal("@everyone", (string?)(await world.Api.GetAsync($"guilds/{world.Guild.Id}/roles")).Body![0]!["name"]);
        Assert.Equal("Ghosts", (string?)(await world.Api.GetAsync("users/@me/guilds")).Body![0]!["name"]);
        Assert.Equal($"{world.Discord.BotId}", (string?)(await world.Api.GetAsync("oauth2/applications/@me")).Body!["id"]);
        Assert.Equal(10004, World.Code(await world.Api.GetAsync("guilds/1")));
        Assert.Equal(404, (await world.Api.GetAsync("nowhere")).Status);
        Assert.Equal($"ws://{world.Discord.Url.Authority}/gateway", (string?)(await world.Api.GetAsync("gateway")).Body!["url"]);
    }

    private static Task<(int Status, System.Text.Json.Nodes.JsonNode? Body)> SendAsync(World world, string content) =>
        world.Api.PostAsync(world.OpsMessages, new { content });
}
