using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task A_chat_takes_a_short_burst_and_then_one_a_second_edits_too()
    {
        await using var world = await World.StartAsync(new() { ChatBurst = 2 });
        var first = await world.Api.SendAsync(world.Chat, "1");
        var edit = new { chat_id = world.Chat.Id, message_id = (long)first["result"]!["message_id"]!, text = "1b" };
        Assert.Equal(200, await CodeAsync(world, "editMessageText", edit));
        var refused = await world.Api.SendAsync(world.Chat, "2");
        Assert.Equal("Too Many Requests: retry after 1", (string?)refused["description"]);
        Assert.Equal(1, (int)refused["parameters"]!["retry_after"]!);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True((bool)(await world.Api.SendAsync(world.Chat, "2"))["ok"]!);
        Assert.Equal(0, world.Telegram.Violations);
    }

    [Fact]
    public async Task A_group_takes_twenty_a_minute()
    {
        await using var world = await World.StartAsync(new());
        var group = world.Telegram.AddGroup("ops", world.Ada);
        for (var i = 0; i < 20; i++)
        {
            Assert.True((bool)(await world.Api.SendAsync(group, $"{i}"))["ok"]!);
            await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(40, (int)(await world.Api.SendAsync(group, "one more"))["parameters"]!["retry_after"]!);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(40));
        Assert.True((bool)(await world.Api.SendAsync(group, "one more"))["ok"]!);
    }

    [Fact]
    public async Task Everyone_together_gets_thirty_a_second()
    {
        await using var world = await World.StartAsync(new());
        var chats = Enumerable.Range(0, 31).Select(i => world.Telegram.OpenPrivateChat(world.Telegram.AddPerson($"p{i}"))).ToList();
        foreach (var chat in chats[..30]) Assert.True((bool)(await world.Api.SendAsync(chat, "hi"))["ok"]!);
        Assert.Equal(429, (int)(await world.Api.SendAsync(chats[30], "hi"))["error_code"]!);
    }

    [Fact]
    public async Task Who_does_not_wait_waits_longer_and_is_banned_in_the_end()
    {
        await using var world = await World.StartAsync(
            new() { ChatBurst = 1, ChatEvery = TimeSpan.FromSeconds(5), ViolationsUntilBan = 2 });
        await world.Api.SendAsync(world.Chat, "1");
        Assert.Equal(5, await WaitAsync(world));
        Assert.Equal(10, await WaitAsync(world));
        Assert.Equal((1, false), (world.Telegram.Violations, world.Telegram.Banned));
        Assert.Equal(3600, await WaitAsync(world));
        Assert.Equal(429, await CodeAsync(world, "getMe", new { }));
        await world.Time.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(200, await CodeAsync(world, "getMe", new { }));
    }

    [Fact]
    public async Task An_injected_429_has_to_be_obeyed_even_without_limits()
    {
        await using var world = await World.StartAsync();
        world.Telegram.FailNext(TelegramFault.TooMany(7), "sendMessage");
        Assert.Equal(7, await WaitAsync(world));
        Assert.Equal(14, await WaitAsync(world));
        Assert.Equal(1, world.Telegram.Violations);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(14));
        Assert.Equal(200, await CodeAsync(world, "sendMessage", new { chat_id = world.Chat.Id, text = "now" }));
    }

    private static async Task<int> WaitAsync(World world) =>
        (int)(await world.Api.SendAsync(world.Chat, "again"))["parameters"]!["retry_after"]!;

    private static async Task<int> CodeAsync(World world, string method, object parameters) =>
        (int?)(await world.Api.CallAsync(method, parameters))["error_code"] ?? 200;
}
