using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Testing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Telegram.Tests;

public sealed class WebhookTests
{
    [Fact]
    public async Task Updates_come_in_order_with_the_secret_and_again_after_growing_pauses_until_2xx()
    {
        await using var world = await World.StartAsync();
        var failures = 2;
        ConcurrentQueue<(string? Text, string Secret)> seen = new();
        await using var bot = await LocalServer.StartAsync(async http =>
        {
            var update = (await JsonNode.ParseAsync(http.Request.Body))!;
            seen.Enqueue(((string?)update["message"]?["text"], http.Request.Headers["X-Telegram-Bot-Api-Secret-Token"].ToString()));
            http.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 500 : 200;
        });
        await world.Api.CallAsync("setWebhook", new { url = bot.Url.ToString(), secret_token = "s3cret" });
        world.Telegram.Say(world.Ada, world.Chat, "first");
        world.Telegram.Say(world.Ada, world.Chat, "second");
        await world.Telegram.WhenAsync(() => world.Telegram.WebhookFailures == 1);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        await world.Telegram.WhenAsync(() => world.Telegram.WebhookFailures == 2);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, seen.Count);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        await world.Telegram.WhenAsync(() => world.Telegram.Updates.All(u => u.Confirmed));
        Assert.Equal(["first", "first", "first", "second"], seen.Select(s => s.Text));
        Assert.All(seen, s => Assert.Equal("s3cret", s.Secret));
    }

    [Fact]
    public async Task The_info_says_what_went_wrong_and_how_much_waits()
    {
        await using var world = await World.StartAsync();
        await using var bot = await LocalServer.StartAsync(http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await world.Api.CallAsync("setWebhook", new { url = bot.Url.ToString() });
        world.Telegram.Say(world.Ada, world.Chat, "unheard");
        await world.Telegram.WhenAsync(() => world.Telegram.WebhookFailures == 1);
        var info = (await world.Api.CallAsync("getWebhookInfo"))["result"]!;
        Assert.Equal(1, (int)info["pending_update_count"]!);
        Assert.Contains("503", (string?)info["last_error_message"]);
        await world.Api.CallAsync("deleteWebhook", new { drop_pending_updates = true });
        Assert.Empty(await world.Api.UpdatesAsync(new { }));
    }

    [Fact]
    public async Task An_answer_may_carry_a_call()
    {
        await using var world = await World.StartAsync();
        await using var bot = await LocalServer.StartAsync(http =>
            http.Response.WriteAsync($$"""{"method":"sendMessage","chat_id":{{world.Chat.Id}},"text":"by the way"}"""));
        await world.Api.CallAsync("setWebhook", new { url = bot.Url.ToString() });
        world.Telegram.Say(world.Ada, world.Chat, "hello");
        Assert.Equal("by the way", (await world.Telegram.MessageAsync(world.Chat)).Text);
    }
}
