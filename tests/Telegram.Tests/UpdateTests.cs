using System.Text;

namespace ChatOps.Telegram.Tests;

public sealed class UpdateTests
{
    [Fact]
    public async Task An_offset_confirms_everything_below_it_and_nothing_else()
    {
        await using var world = await World.StartAsync();
        foreach (var text in new[] { "a", "b", "c" }) world.Telegram.Say(world.Ada, world.Chat, text);
        var all = await world.Api.UpdatesAsync(new { });
        Assert.Equal(all, await world.Api.UpdatesAsync(new { offset = all[0] }));
        Assert.Equal(all[1..2], await world.Api.UpdatesAsync(new { offset = all[1], limit = 1 }));
        Assert.Equal(all[1..], await world.Api.UpdatesAsync(new { }));
        Assert.Equal([true, false, false], world.Telegram.Updates.Select(u => u.Confirmed));
    }

    [Fact]
    public async Task A_negative_offset_counts_from_the_end_and_forgets_the_rest()
    {
        await using var world = await World.StartAsync();
        foreach (var text in new[] { "a", "b", "c" }) world.Telegram.Say(world.Ada, world.Chat, text);
        var last = Assert.Single(await world.Api.UpdatesAsync(new { offset = -1 }));
        Assert.Equal([last], await world.Api.UpdatesAsync(new { }));
    }

    [Fact]
    public async Task A_long_poll_ends_empty_when_its_time_is_up()
    {
        await using var world = await World.StartAsync();
        var poll = world.Api.UpdatesAsync(new { timeout = 30 });
        await world.Telegram.WhenAsync(() => world.Telegram.Polled);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(29));
        Assert.False(poll.IsCompleted);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(await poll);
    }

    [Fact]
    public async Task A_second_poller_ends_the_first()
    {
        await using var world = await World.StartAsync();
        var first = world.Api.RefusalAsync("getUpdates", new { timeout = 30 });
        await world.Telegram.WhenAsync(() => world.Telegram.Polled);
        var second = world.Api.UpdatesAsync(new { timeout = 30 });
        Assert.Equal("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", await first);
        await world.Telegram.WhenAsync(() => world.Telegram.Polled);
        world.Telegram.Say(world.Ada, world.Chat, "hello");
        Assert.Single(await second);
    }

    [Fact]
    public async Task Allowed_updates_are_remembered()
    {
        await using var world = await World.StartAsync();
        await world.Api.UpdatesAsync(new { allowed_updates = new[] { "callback_query" } });
        var said = world.Telegram.Say(world.Ada, world.Chat, "unheard");
        world.Telegram.PressForged(world.Ada, said, "x");
        Assert.Equal("callback_query", Assert.Single(world.Telegram.Updates).Type);
        Assert.Single(await world.Api.UpdatesAsync(new { }));
    }

    [Fact]
    public async Task A_confirmed_update_can_come_a_second_time()
    {
        await using var world = await World.StartAsync();
        world.Telegram.Say(world.Ada, world.Chat, "once");
        var id = Assert.Single(await world.Api.UpdatesAsync(new { }));
        Assert.Empty(await world.Api.UpdatesAsync(new { offset = id + 1 }));
        world.Telegram.Resend(world.Telegram.Updates[0]);
        Assert.Equal([id], await world.Api.UpdatesAsync(new { offset = id + 1 }));
        Assert.Empty(await world.Api.UpdatesAsync(new { offset = id + 1 }));
    }

    [Fact]
    public async Task A_webhook_and_a_poller_exclude_each_other()
    {
        await using var world = await World.StartAsync();
        var poll = world.Api.RefusalAsync("getUpdates", new { timeout = 30 });
        await world.Telegram.WhenAsync(() => world.Telegram.Polled);
        await world.Api.CallAsync("setWebhook", new { url = "http://127.0.0.1:9/" });
        Assert.Equal("Conflict: terminated by setWebhook request", await poll);
        Assert.Equal(
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            await world.Api.RefusalAsync("getUpdates", new { }));
        await world.Api.CallAsync("deleteWebhook");
        Assert.Empty(await world.Api.UpdatesAsync(new { }));
    }

    [Theory]
    [InlineData("with space", "Bad Request: secret token contains unallowed characters")]
    [InlineData("base64+/=", "Bad Request: secret token contains unallowed characters")]
    [InlineData(null, "Bad Request: secret token is too long")]
    public async Task A_secret_token_has_its_alphabet(string? secret, string why)
    {
        await using var world = await World.StartAsync();
        var asked = new { url = "http://127.0.0.1:9/", secret_token = secret ?? new string('a', 257) };
        Assert.Equal(why, await world.Api.RefusalAsync("setWebhook", asked));
    }

    [Fact]
    public async Task Parameters_come_in_every_documented_way()
    {
        await using var world = await World.StartAsync();
        using var form = new FormUrlEncodedContent([new("chat_id", $"{world.Chat.Id}"), new("text", "form ü"),
            new("reply_markup", """{"inline_keyboard":[[{"text":"Go","callback_data":"go"}]]}""")]);
        await world.Api.RawAsync("SENDMESSAGE", form);
        using var parts = new MultipartFormDataContent
        {
            { new StringContent($"{world.Chat.Id}"), "chat_id" },
            { new StringContent("parts"), "text" },
        };
        await world.Api.RawAsync("sendMessage", parts);
        using var nothing = new StringContent("");
        await world.Api.RawAsync($"sendMessage?chat_id={world.Chat.Id}&text=query", nothing);
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");
        Assert.Equal(400, (await world.Api.RawAsync("sendMessage", broken)).Status);
        Assert.Equal(["form ü", "parts", "query"], world.Chat.FromBot.Select(m => m.Text));
        Assert.Equal("Go", Assert.Single(world.Chat.FromBot.First().Buttons).Text);
    }
}
