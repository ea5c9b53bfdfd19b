using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>What Telegram does to a bot, one by one.</summary>
public sealed class TelegramPlatformTests : OnTelegram
{
    [Fact]
    public async Task What_is_typed_arrives_with_who_and_where()
    {
        var forum = Telegram.AddForum("ops", null, Ann);
        var topic = Telegram.AddTopic(forum, Ann, "ghostwire");
        await using var line = TelegramLine.Start(Telegram, TelegramLine.With($"chats: {{ ops: {{ id: {forum.Id} }} }}"));
        Telegram.Say(Ann, Private, "/status");
        Telegram.Say(Ann, forum, $"/status@{Telegram.BotUsername} shop", topic);
        await Eventually.TrueAsync("both are heard", () => line.Typed.Count == 2);
        var places = line.Typed.Select(i => (i.User, i.Channel, i.Text, i.Undeclared)).ToHashSet();
        var id = Ann.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Contains((id, $"{Private.Id}", "/status", false), places);
        Assert.Contains((id, $"{forum.Id}/{topic.ThreadId}", $"/status@{Telegram.BotUsername} shop", false), places);
    }

    [Fact]
    public async Task An_answer_stays_in_its_topic_and_outlives_it()
    {
        var forum = Telegram.AddForum("ops", null, Ann);
        var topic = Telegram.AddTopic(forum, Ann, "ghostwire");
        await using var line = TelegramLine.Start(Telegram);
        await line.Platform.SendAsync($"{forum.Id}/{topic.ThreadId}", Working, Ended);
        Assert.Equal(topic.ThreadId, forum.FromBot.Single().ThreadId);
        Telegram.DeleteTopic(forum, topic);
        await line.Platform.SendAsync($"{forum.Id}/{topic.ThreadId}", Done, Ended);
        Assert.Contains(forum.FromBot, m => m.ThreadId is null && m.Text.StartsWith('✅'));
    }

    /// <summary>The API gives no thread of what is written in General, and takes none for it; links to it end in 1.</summary>
    [Fact]
    public async Task General_is_the_topic_1_of_a_forum()
    {
        var (forum, other) = (Telegram.AddForum("ops", null, Ann), Telegram.AddForum("all", null, Ann));
        var topic = Telegram.AddTopic(forum, Ann, "ghostwire");
        var group = Telegram.AddGroup("talk", Ann);
        await using var line = TelegramLine.Start(Telegram, TelegramLine.With(
            $"chats: {{ general: {{ id: {forum.Id}, topic: 1 }}, all: {{ id: {other.Id} }}, talk: {{ id: {group.Id} }} }}"));
        Telegram.Say(Ann, forum, "/status general");
        Telegram.Say(Ann, forum, "/status elsewhere", topic);
        Telegram.Say(Ann, other, "/status all");
        Telegram.Say(Ann, group, "/status talk");
        await Eventually.TrueAsync("all are heard", () => line.Typed.Count == 4);
        Assert.Equal(
            [
                ($"{other.Id}/1", "/status all", false), ($"{forum.Id}/{topic.ThreadId}", "/status elsewhere", true),
                ($"{forum.Id}/1", "/status general", false), ($"{group.Id}", "/status talk", false),
            ],
            line.Typed.Select(i => (i.Channel, i.Text, i.Undeclared)).OrderBy(i => i.Text, StringComparer.Ordinal));
        var sent = await line.Platform.SendAsync($"{forum.Id}/1", Working, Ended);
        await line.Platform.EditAsync(sent, settled: true, () => Done, Ended);
        Assert.True(forum.FromBot.Single() is { ThreadId: null } message && message.Text.StartsWith('✅'));
    }

    [Fact]
    public async Task Other_peoples_talk_other_bots_commands_and_edits_are_not_heard()
    {
        var group = Telegram.AddGroup("ops", Ann);
        await using var line = TelegramLine.Start(Telegram, TelegramLine.With($"chats: {{ ops: {{ id: {group.Id} }} }}"));
        var first = Telegram.Say(Ann, group, "/status");
        Telegram.Say(Ann, group, "/deploy@another_bot shop 2");
        Telegram.Say(Ann, group, "what did it say?", replyTo: await SentAsync(line, group));
        Telegram.Edit(first, "/deploy shop 2");
        Telegram.Say(Ann, group, "/help");
        await Eventually.TrueAsync("the last is heard", () => line.Typed.Any(i => i.Text == "/help"));
        Assert.Equal(["/status", "/help"], line.Typed.Select(i => i.Text).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task A_group_that_is_not_declared_is_marked()
    {
        var group = Telegram.AddGroup("elsewhere", Ann);
        await using var line = TelegramLine.Start(Telegram);
        Telegram.Say(Ann, group, "/status");
        await Eventually.TrueAsync("it is heard", () => !line.Typed.IsEmpty);
        Assert.True(line.Typed.Single().Undeclared);
    }

    [Fact]
    public async Task An_update_is_confirmed_only_when_it_is_handled_and_comes_again_after_a_kill()
    {
        var never = new TaskCompletionSource();
        await using (var first = TelegramLine.Start(Telegram))
        {
            first.OnTyped = i => i.Text == "/status" ? Task.CompletedTask : never.Task;
            Telegram.Say(Ann, Private, "/status");
            Telegram.Say(Ann, Private, "/snapshot home");
            Telegram.Say(Ann, Private, "/status");
            await Telegram.WhenAsync(() => Telegram.Updates is [{ Confirmed: true }, { Confirmed: false, Deliveries: > 2 }, ..]);
            Assert.Equal(3, first.Typed.Count);
        }
        await using var second = TelegramLine.Start(Telegram);
        await Telegram.WhenAsync(() => Telegram.Updates.All(u => u.Confirmed));
        Assert.Contains(second.Typed, i => i.Text == "/snapshot home");
    }

    [Fact]
    public async Task A_bot_that_was_blocked_gives_up_and_goes_on_elsewhere()
    {
        var bob = Telegram.AddPerson("Bob");
        var other = Telegram.OpenPrivateChat(bob);
        await using var line = TelegramLine.Start(Telegram);
        Telegram.BlockBot(Ann);
        var refused = await Assert.ThrowsAsync<PlatformException>(() => line.Platform.SendAsync($"{Private.Id}", Working, Ended));
        Assert.False(refused.Retry);
        await line.Platform.SendAsync($"{other.Id}", Working, Ended);
        Assert.Single(other.FromBot);
    }

    [Fact]
    public async Task A_group_that_becomes_a_supergroup_is_followed()
    {
        var group = Telegram.AddGroup("ops", Ann);
        await using var line = TelegramLine.Start(Telegram);
        var super = Telegram.MigrateToSupergroup(group, Ann);
        await line.Platform.SendAsync($"{group.Id}", Working, Ended);
        Assert.Single(super.FromBot);
    }

    [Fact]
    public async Task Another_poller_is_stood_back_from_until_it_ends()
    {
        Telegram.FailNext(TelegramFault.Refuse(409, "Conflict: terminated by other getUpdates request"), "getUpdates");
        var time = new ChatOps.Testing.ManualTime();
        await using var line = TelegramLine.Start(Telegram, time: time);
        await Telegram.WhenAsync(() => Telegram.Calls.Any(c => c is { Method: "getUpdates", Code: 409 }));
        Telegram.Say(Ann, Private, "/status");
        await Eventually.TrueAsync("it is heard", async () =>
        {
            await time.AdvanceAsync(TimeSpan.FromSeconds(1));
            return !line.Typed.IsEmpty;
        });
        Assert.True(time.GetUtcNow() >= new ChatOps.Testing.ManualTime().GetUtcNow() + TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_line_that_dies_without_a_word_leaves_nobody_unheard_for_a_minute()
    {
        var never = new TaskCompletionSource();
        Telegram.FailNext(TelegramFault.Hold(never.Task), "getUpdates");
        var time = new ChatOps.Testing.ManualTime();
        await using var line = TelegramLine.Start(Telegram, time: time);
        await Telegram.WhenAsync(() => Telegram.Calls.Any(c => c.Method == "getUpdates"));
        var (died, heard) = (time.GetUtcNow(), TimeSpan.Zero);
        Telegram.Say(Ann, Private, "/status");
        await Eventually.TrueAsync("it is heard", async () =>
        {
            // Not while the next poll is under way: that takes as long as the machine takes.
            if (Telegram.Calls.Count(c => c.Method == "getUpdates") == 1) await time.AdvanceAsync(TimeSpan.FromSeconds(0.5));
            heard = time.GetUtcNow() - died;
            return !line.Typed.IsEmpty;
        });
        Assert.InRange(heard, TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_menu_lists_the_commands_and_is_written_once()
    {
        await using (TelegramLine.Start(Telegram)) await Telegram.WhenAsync(() => Telegram.Polled);
        await using (TelegramLine.Start(Telegram))
            await Telegram.WhenAsync(() => Telegram.Calls.Count(c => c.Method == "getUpdates") > 1);
        Assert.Contains(Telegram.Commands(), c => c.Command == "help");
        Assert.Single(Telegram.Calls, c => c.Method == "setMyCommands");
    }

    private static async Task<TelegramMessage> SentAsync(TelegramLine line, TelegramChat chat)
    {
        await line.Platform.SendAsync($"{chat.Id}", Done, Ended);
        return chat.FromBot.Last();
    }
}
