using System.Text.Json.Nodes;
using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task A_call_dropped_before_did_not_happen_and_one_dropped_after_did()
    {
        await using var world = await World.StartAsync();
        world.Telegram.FailNext(TelegramFault.Drop, "sendMessage");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => world.Api.SendAsync(world.Chat, "a"));
        Assert.Empty(world.Chat.FromBot);
        world.Telegram.FailNext(TelegramFault.LoseAnswer, "sendMessage");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => world.Api.SendAsync(world.Chat, "b"));
        Assert.Equal("b", world.Chat.FromBot.Single().Text);
        Assert.Equal([(0, false), (200, true)], world.Telegram.Calls.Select(c => (c.Code, c.AnswerLost)));
    }

    [Fact]
    public async Task A_proxy_answers_with_a_page_and_the_API_with_its_reason()
    {
        await using var world = await World.StartAsync();
        world.Telegram.FailNext(TelegramFault.Html(502));
        using var nothing = new StringContent("");
        var (status, body) = await world.Api.RawAsync("getMe", nothing);
        Assert.Equal(502, status);
        Assert.StartsWith("<html>", body);
        world.Telegram.FailNext(TelegramFault.Refuse(500, "Internal Server Error"), times: 2);
        for (var i = 0; i < 2; i++) Assert.Equal("Internal Server Error", await world.Api.RefusalAsync("getMe", new { }));
        Assert.Null(await world.Api.RefusalAsync("getMe", new { }));
    }

    [Fact]
    public async Task It_goes_away_and_comes_back_on_the_same_port_with_what_was_said_meanwhile()
    {
        await using var world = await World.StartAsync();
        var poll = world.Api.UpdatesAsync(new { timeout = 30 });
        await world.Telegram.WhenAsync(() => world.Telegram.Polled);
        await world.Telegram.StopListeningAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => poll);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => world.Api.CallAsync("getMe"));
        world.Telegram.Say(world.Ada, world.Chat, "anybody?");
        await world.Telegram.ListenAgainAsync();
        Assert.Single(await world.Api.UpdatesAsync(new { }));
    }

    [Fact]
    public async Task A_call_is_held_until_the_test_lets_it_go()
    {
        await using var world = await World.StartAsync();
        var gate = new TaskCompletionSource();
        world.Telegram.FailNext(TelegramFault.Hold(gate.Task), "sendMessage");
        var held = world.Api.SendAsync(world.Chat, "late");
        await world.Telegram.WhenAsync(() => world.Telegram.Calls.Count == 1);
        Assert.Empty(world.Chat.FromBot);
        gate.SetResult();
        Assert.True((bool)(await held)["ok"]!);
    }

    [Theory]
    [InlineData(
        """[[{"text":"Go","callback_data":"ééééééééééééééééééééééééééééééééé"}]]""",
        "BUTTON_DATA_INVALID")]
    [InlineData("""[[{"text":"Go"}]]""", "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")]
    [InlineData(
        """[[{"text":"Go","url":"http://localhost:1/"}]]""",
        "inline keyboard button URL 'http://localhost:1/' is invalid: Wrong HTTP URL")]
    [InlineData("""[[{"callback_data":"x"}]]""", "can't parse inline keyboard button: Can't find field \"text\"")]
    public async Task A_keyboard_Telegram_would_refuse_is_refused(string rows, string why)
    {
        await using var world = await World.StartAsync();
        var markup = new JsonObject { ["inline_keyboard"] = JsonNode.Parse(rows) };
        var asked = new { chat_id = world.Chat.Id, text = "x", reply_markup = markup };
        Assert.Equal($"Bad Request: {why}", await world.Api.RefusalAsync("sendMessage", asked));
    }

    [Fact]
    public async Task Commands_have_their_alphabet_and_their_number()
    {
        await using var world = await World.StartAsync();
        object Set(params string[] names) => new { commands = names.Select(name => new { command = name, description = "d" }) };
        Assert.Equal("Bad Request: BOT_COMMAND_INVALID", await world.Api.RefusalAsync("setMyCommands", Set("Deploy")));
        var many = Enumerable.Range(0, 101).Select(i => $"c{i}").ToArray();
        Assert.Equal("Bad Request: BOT_COMMANDS_TOO_MUCH", await world.Api.RefusalAsync("setMyCommands", Set(many)));
        Assert.Null(await world.Api.RefusalAsync("setMyCommands", Set(many[..100])));
    }
}
