using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task A_channel_takes_five_messages_in_five_seconds_and_says_so()
    {
        await using var world = await World.StartAsync(new DiscordLimits());
        for (var i = 4; i >= 0; i--)
        {
            Assert.Equal(200, await SendAsync(world));
            Assert.Equal(("5", $"{i}"), (world.Api.Headers["X-RateLimit-Limit"], world.Api.Headers["X-RateLimit-Remaining"]));
            await world.Time.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        }
        Assert.Equal("3.000", world.Api.Headers["X-RateLimit-Reset-After"]);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        Assert.Equal(200, await SendAsync(world));
        Assert.Empty(world.Discord.Violations);
    }

    [Fact]
    public async Task Who_does_not_wait_is_refused_and_it_counts_as_a_violation()
    {
        await using var world = await World.StartAsync(new DiscordLimits());
        for (var i = 0; i < 5; i++) await SendAsync(world);
        var (status, body) = await world.Api.PostAsync(world.OpsMessages, new { content = "x" });
        Assert.Equal((429, 5.0, false), (status, (double)body!["retry_after"]!, (bool)body["global"]!));
        Assert.Equal(("5", "user"), (world.Api.Headers["Retry-After"], world.Api.Headers["X-RateLimit-Scope"]));
        Assert.Contains("5.000 s too early", Assert.Single(world.Discord.Violations));
        var other = world.Discord.AddTextChannel(world.Guild, "other");
        Assert.Equal(200, (await world.Api.PostAsync($"channels/{other.Id}/messages", new { content = "x" })).Status);
    }

    [Fact]
    public async Task All_together_get_fifty_a_second_but_interactions_do_not_count()
    {
        await using var world = await World.StartAsync(new DiscordLimits { Everything = new(1000, TimeSpan.FromSeconds(1)) });
        var asked = await world.GoAsync();
        for (var i = 1; i < 50; i++) Assert.Equal(200, (await world.Api.GetAsync("users/@me")).Status);
        Assert.Null(await world.AnswerAsync(asked, new { type = 5 }));
        var (status, body) = await world.Api.GetAsync("users/@me");
        Assert.Equal((429, true), (status, (bool)body!["global"]!));
        Assert.Equal(("true", "global"), (world.Api.Headers["X-RateLimit-Global"], world.Api.Headers["X-RateLimit-Scope"]));
        Assert.Equal(200, (await world.Api.PatchAsync(world.Webhook(asked, "/messages/@original"), new { content = "x" })).Status);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await world.Api.GetAsync("users/@me")).Status);
    }

    [Fact]
    public async Task An_injected_429_has_to_be_obeyed_even_without_limits()
    {
        await using var world = await World.StartAsync();
        world.Discord.FailNext(DiscordFault.TooMany(TimeSpan.FromSeconds(2.5)), "POST channels/{channel}/messages");
        var (status, body) = await world.Api.PostAsync(world.OpsMessages, new { content = "x" });
        Assert.Equal((429, 2.5, "3"), (status, (double)body!["retry_after"]!, world.Api.Headers["Retry-After"]));
        Assert.Equal(429, await SendAsync(world));
        Assert.Single(world.Discord.Violations);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        Assert.Equal(200, await SendAsync(world));
    }

    [Fact]
    public async Task A_global_429_stops_everything_but_interactions_and_a_shared_one_counts_for_nobody()
    {
        await using var world = await World.StartAsync();
        world.Discord.FailNext(DiscordFault.TooMany(TimeSpan.FromSeconds(1), DiscordScope.Shared), "GET users/@me");
        Assert.Equal(429, (await world.Api.GetAsync("users/@me")).Status);
        Assert.Equal(0, world.Discord.InvalidRequests);
        world.Discord.FailNext(DiscordFault.TooManyHtml(TimeSpan.FromSeconds(9)), "GET gateway/bot");
        Assert.Equal((429, null), await world.Api.GetAsync("gateway/bot"));
        Assert.Equal("9", world.Api.Headers["Retry-After"]);
        Assert.DoesNotContain("X-RateLimit-Scope", world.Api.Headers.Keys);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal(429, await SendAsync(world));
        Assert.Equal((2, 1), (world.Discord.InvalidRequests, world.Discord.Violations.Count));
    }

    [Fact]
    public async Task Too_many_invalid_requests_shut_the_bot_out()
    {
        await using var world = await World.StartAsync(DiscordLimits.Off with { Invalid = new(3, TimeSpan.FromMinutes(10)) });
        for (var i = 0; i < 3; i++) Assert.Equal(401, (await world.Api.SendAsync(HttpMethod.Get, "users/@me", token: "Bot x")).Status);
        Assert.True(world.Discord.Banned);
        Assert.Equal((429, null), await world.Api.GetAsync("users/@me"));
        Assert.Equal("3600", world.Api.Headers["Retry-After"]);
        await world.Time.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(200, (await world.Api.GetAsync("users/@me")).Status);
    }

    [Fact]
    public async Task Who_lost_the_answer_could_not_know_and_violates_nothing()
    {
        await using var world = await World.StartAsync(new DiscordLimits { Messages = new(1, TimeSpan.FromSeconds(5)) });
        world.Discord.FailNext(DiscordFault.LoseAnswer);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(world));
        Assert.Equal(429, await SendAsync(world));
        Assert.Empty(world.Discord.Violations);
        Assert.Equal(429, await SendAsync(world));
        Assert.Single(world.Discord.Violations);
    }

    private static async Task<int> SendAsync(World world) => (await world.Api.PostAsync(world.OpsMessages, new { content = "x" })).Status;
}
