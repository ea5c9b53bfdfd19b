using System.Text.Json.Nodes;

namespace ChatOps.Telegram.Tests;

public sealed class PeopleTests
{
    [Theory]
    [InlineData("just talk", false)]
    [InlineData("/status", true)]
    [InlineData("/status@chatops_test_bot now", true)]
    [InlineData("/status@CHATOPS_TEST_BOT", true)]
    [InlineData("/status@another_bot", false)]
    [InlineData("please /status", false)]
    public async Task With_privacy_a_group_shows_the_bot_only_its_commands(string text, bool heard)
    {
        await using var world = await World.StartAsync();
        var group = world.Telegram.AddGroup("ops", world.Ada);
        world.Telegram.Say(world.Ada, group, text);
        Assert.Equal(heard, world.Telegram.Updates.Any());
    }

    [Fact]
    public async Task Replies_to_the_bot_and_everything_to_an_administrator_come_through()
    {
        await using var world = await World.StartAsync();
        var group = world.Telegram.AddGroup("ops", world.Ada);
        await world.Api.SendAsync(group, "which one?");
        world.Telegram.Say(world.Ada, group, "the first", replyTo: group.FromBot.Single());
        Assert.Single(world.Telegram.Updates);
        world.Telegram.PromoteBot(group, world.Ada);
        world.Telegram.Say(world.Ada, group, "talk");
        Assert.Equal(["message", "my_chat_member", "message"], world.Telegram.Updates.Select(u => u.Type));
    }

    [Fact]
    public async Task A_press_can_be_answered_once_and_not_too_late()
    {
        await using var world = await World.StartAsync();
        var said = world.Telegram.Say(world.Ada, world.Chat, "hm");
        const string tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid";
        var press = world.Telegram.PressForged(world.Ada, said, "x");
        var answer = new { callback_query_id = press.QueryId, text = new string('y', 201) };
        Assert.Equal("Bad Request: MESSAGE_TOO_LONG", await world.Api.RefusalAsync("answerCallbackQuery", answer));
        Assert.Null(await world.Api.RefusalAsync("answerCallbackQuery", new { callback_query_id = press.QueryId }));
        Assert.Equal(new(null, false, null), await press.AnswerAsync());
        Assert.Equal(tooOld, await world.Api.RefusalAsync("answerCallbackQuery", new { callback_query_id = press.QueryId }));
        var late = world.Telegram.PressForged(world.Ada, said, "x");
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(tooOld, await world.Api.RefusalAsync("answerCallbackQuery", new { callback_query_id = late.QueryId }));
        Assert.Equal(tooOld, await world.Api.RefusalAsync("answerCallbackQuery", new { callback_query_id = "42" }));
    }

    [Fact]
    public async Task An_upgraded_group_says_where_it_went()
    {
        await using var world = await World.StartAsync();
        var group = world.Telegram.AddGroup("ops", world.Ada);
        var heir = world.Telegram.MigrateToSupergroup(group, world.Ada);
        var body = await world.Api.SendAsync(group, "hello?");
        Assert.Equal("Bad Request: group chat was upgraded to a supergroup chat", (string?)body["description"]);
        Assert.Equal(heir.Id, (long)body["parameters"]!["migrate_to_chat_id"]!);
        Assert.Equal(heir.Id, (long)JsonNode.Parse(world.Telegram.Updates[0].Json)!["message"]!["migrate_to_chat_id"]!);
        Assert.True((bool)(await world.Api.SendAsync(heir, "hello"))["ok"]!);
    }

    [Fact]
    public async Task Who_threw_the_bot_out_hears_nothing_more()
    {
        await using var world = await World.StartAsync();
        var group = world.Telegram.AddGroup("ops", world.Ada);
        world.Telegram.KickBot(group, world.Ada);
        world.Telegram.BlockBot(world.Ada);
        Assert.Equal("Forbidden: bot was kicked from the group chat", (string?)(await world.Api.SendAsync(group, "hi"))["description"]);
        Assert.Equal("Forbidden: bot was blocked by the user", (string?)(await world.Api.SendAsync(world.Chat, "hi"))["description"]);
        world.Telegram.UnblockBot(world.Ada);
        Assert.True((bool)(await world.Api.SendAsync(world.Chat, "hi"))["ok"]!);
    }

    [Fact]
    public async Task Edits_are_refused_as_Telegram_refuses_them()
    {
        await using var world = await World.StartAsync();
        await world.Api.SendAsync(world.Chat, "a");
        var message = world.Chat.FromBot.Single();
        object Edit(string text, long id) => new { chat_id = world.Chat.Id, message_id = id, text };
        Assert.StartsWith("Bad Request: message is not modified: ", await world.Api.RefusalAsync("editMessageText", Edit("a", message.Id)));
        var own = world.Telegram.Say(world.Ada, world.Chat, "mine");
        Assert.Equal("Bad Request: message can't be edited", await world.Api.RefusalAsync("editMessageText", Edit("b", own.Id)));
        world.Telegram.Delete(message);
        Assert.Equal("Bad Request: message to edit not found", await world.Api.RefusalAsync("editMessageText", Edit("b", message.Id)));
    }

    [Fact]
    public async Task Topics_end_where_they_end()
    {
        await using var world = await World.StartAsync();
        var forum = world.Telegram.AddForum("ops", "ops_forum", world.Ada);
        var topic = world.Telegram.AddTopic(forum, world.Ada, "signal");
        object Send(long thread) => new { chat_id = "@ops_forum", text = "x", message_thread_id = thread };
        Assert.Null(await world.Api.RefusalAsync("sendMessage", Send(topic.ThreadId)));
        Assert.Equal("Bad Request: message thread not found", await world.Api.RefusalAsync("sendMessage", Send(999)));
        world.Telegram.CloseTopic(forum, world.Ada, topic);
        Assert.Equal("Bad Request: TOPIC_CLOSED", await world.Api.RefusalAsync("sendMessage", Send(topic.ThreadId)));
        world.Telegram.DeleteTopic(forum, topic);
        Assert.Equal("Bad Request: message thread not found", await world.Api.RefusalAsync("sendMessage", Send(topic.ThreadId)));
    }
}
