using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>What Telegram does to a bot, one by one.</summary>
public sealed class TelegramPlatformTests : IAsyncLifetime
{
    private static readonly Card Working = new(CardState.Working, "Deploy shop 2") { Progress = new(0.5, "waiting for pods") };
    private static readonly Card Done = new(CardState.Succeeded, "Deploy shop 2") { Lines = ["4.9 s"] };
    private TelegramSimulator _telegram = null!;
    private TelegramPerson _ann = null!;
    private TelegramChat _private = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _telegram = await TelegramSimulator.StartAsync();
        _ann = _telegram.AddPerson("Ann", "ann");
        _private = _telegram.OpenPrivateChat(_ann);
    }

    public ValueTask DisposeAsync() => _telegram.DisposeAsync();

    [Fact]
    public async Task What_is_typed_arrives_with_who_and_where()
    {
        var forum = _telegram.AddForum("ops", null, _ann);
        var topic = _telegram.AddTopic(forum, _ann, "ghostwire");
        await using var line = TelegramLine.Start(_telegram, TelegramLine.With($"chats: {{ ops: {{ id: {forum.Id} }} }}"));
        _telegram.Say(_ann, _private, "/status");
        _telegram.Say(_ann, forum, $"/status@{_telegram.BotUsername} shop", topic);
        await Eventually.TrueAsync("both are heard", () => line.Typed.Count == 2);
        var places = line.Typed.Select(i => (i.User, i.Channel, i.Text, i.Undeclared)).ToHashSet();
        var id = _ann.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Contains((id, $"{_private.Id}", "/status", false), places);
        Assert.Contains((id, $"{forum.Id}/{topic.ThreadId}", $"/status@{_telegram.BotUsername} shop", false), places);
    }

    [Fact]
    public async Task An_answer_stays_in_its_topic_and_outlives_it()
    {
        var forum = _telegram.AddForum("ops", null, _ann);
        var topic = _telegram.AddTopic(forum, _ann, "ghostwire");
        await using var line = TelegramLine.Start(_telegram);
        await line.Platform.SendAsync($"{forum.Id}/{topic.ThreadId}", Working, Ended);
        Assert.Equal(topic.ThreadId, forum.FromBot.Single().ThreadId);
        _telegram.DeleteTopic(forum, topic);
        await line.Platform.SendAsync($"{forum.Id}/{topic.ThreadId}", Done, Ended);
        Assert.Contains(forum.FromBot, m => m.ThreadId is null && m.Text.StartsWith('✅'));
    }

    [Fact]
    public async Task Other_peoples_talk_other_bots_commands_and_edits_are_not_heard()
    {
        var group = _telegram.AddGroup("ops", _ann);
        await using var line = TelegramLine.Start(_telegram, TelegramLine.With($"chats: {{ ops: {{ id: {group.Id} }} }}"));
        var first = _telegram.Say(_ann, group, "/status");
        _telegram.Say(_ann, group, "/deploy@another_bot shop 2");
        _telegram.Say(_ann, group, "what did it say?", replyTo: await SentAsync(line, group));
        _telegram.Edit(first, "/deploy shop 2");
        _telegram.Say(_ann, group, "/help");
        await Eventually.TrueAsync("the last is heard", () => line.Typed.Any(i => i.Text == "/help"));
        Assert.Equal(["/status", "/help"], line.Typed.Select(i => i.Text).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task A_group_that_is_not_declared_is_marked()
    {
        var group = _telegram.AddGroup("elsewhere", _ann);
        await using var line = TelegramLine.Start(_telegram);
        _telegram.Say(_ann, group, "/status");
        await Eventually.TrueAsync("it is heard", () => !line.Typed.IsEmpty);
        Assert.True(line.Typed.Single().Undeclared);
    }

    [Fact]
    public async Task An_update_is_confirmed_only_when_it_is_handled_and_comes_again_after_a_kill()
    {
        var never = new TaskCompletionSource();
        await using (var first = TelegramLine.Start(_telegram))
        {
            first.OnTyped = i => i.Text == "/status" ? Task.CompletedTask : never.Task;
            _telegram.Say(_ann, _private, "/status");
            _telegram.Say(_ann, _private, "/snapshot home");
            _telegram.Say(_ann, _private, "/status");
            await _telegram.WhenAsync(() => _telegram.Updates is [{ Confirmed: true }, { Confirmed: false, Deliveries: > 2 }, ..]);
            Assert.Equal(3, first.Typed.Count);
        }
        await using var second = TelegramLine.Start(_telegram);
        await _telegram.WhenAsync(() => _telegram.Updates.All(u => u.Confirmed));
        Assert.Contains(second.Typed, i => i.Text == "/snapshot home");
    }

    public static TheoryData<string> Troubles => ["500", "502 page", "429", "dropped", "away"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task A_message_is_sent_once_whatever_comes_between(string trouble)
    {
        await using var line = TelegramLine.Start(_telegram);
        await _telegram.WhenAsync(() => _telegram.Polled);
        var fault = trouble switch
        {
            "500" => TelegramFault.Refuse(500, "Internal Server Error"),
            "502 page" => TelegramFault.Html(502),
            "429" => TelegramFault.TooMany(1),
            _ => TelegramFault.Drop,
        };
        if (trouble == "away") await _telegram.StopListeningAsync();
        else _telegram.FailNext(fault, "sendMessage", times: 2);
        var sending = line.Platform.SendAsync($"{_private.Id}", Working, Ended);
        if (trouble == "away") await _telegram.ListenAgainAsync();
        var message = await sending;
        var shown = Assert.Single(_private.FromBot);
        Assert.Equal($"{shown.Id}", message.Id);
        Assert.Equal("⏳ Deploy shop 2\n▓▓▓▓▓▓▓░░░░░░░  50 %\nwaiting for pods", shown.Text);
        Assert.Equal(0, _telegram.Violations);
    }

    [Fact]
    public async Task The_last_state_is_shown_though_its_edits_fail_and_its_answer_is_lost()
    {
        await using var line = TelegramLine.Start(_telegram);
        var message = await line.Platform.SendAsync($"{_private.Id}", Working, Ended);
        _telegram.FailNext(TelegramFault.Refuse(500, "Internal Server Error"), "editMessageText");
        _telegram.FailNext(TelegramFault.LoseAnswer, "editMessageText");
        var shown = new TaskCompletionSource();
        line.Live.Show(message, Done, shown.SetResult);
        await shown.Task.WaitAsync(TelegramSimulator.Patience, Ended);
        Assert.Equal("✅ Deploy shop 2\n4.9 s", _private.FromBot.Single().Text);
        Assert.Contains(_telegram.Calls, c => c is { Method: "editMessageText", Code: 400 } && c.Description!.Contains("not modified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task States_in_between_are_dropped_and_what_is_shown_already_is_not_sent()
    {
        await using var line = TelegramLine.Start(_telegram);
        var message = await line.Platform.SendAsync($"{_private.Id}", Working, Ended);
        for (var i = 0; i < 500; i++) line.Live.Show(message, Working with { Progress = new(i / 500.0, $"{i}") });
        line.Live.Show(message, Done);
        await _telegram.WhenAsync(() => _private.FromBot.Single().Text.StartsWith('✅'));
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        Assert.InRange(_telegram.Calls.Count(c => c.Method == "editMessageText"), 1, 3);
        Assert.Equal(0, _telegram.Violations);
    }

    [Fact]
    public async Task How_it_ended_is_told_in_a_new_message_when_somebody_deleted_the_old_one()
    {
        await using var line = TelegramLine.Start(_telegram);
        var message = await line.Platform.SendAsync($"{_private.Id}", Working, Ended);
        _telegram.Delete(_private.FromBot.Single());
        await line.Platform.EditAsync(message, false, () => Working with { Title = "Deploy shop 3" }, Ended);
        Assert.Empty(_private.FromBot);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        Assert.StartsWith("✅", _private.FromBot.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_that_was_blocked_gives_up_and_goes_on_elsewhere()
    {
        var bob = _telegram.AddPerson("Bob");
        var other = _telegram.OpenPrivateChat(bob);
        await using var line = TelegramLine.Start(_telegram);
        _telegram.BlockBot(_ann);
        var refused = await Assert.ThrowsAsync<PlatformException>(() => line.Platform.SendAsync($"{_private.Id}", Working, Ended));
        Assert.False(refused.Retry);
        await line.Platform.SendAsync($"{other.Id}", Working, Ended);
        Assert.Single(other.FromBot);
    }

    [Fact]
    public async Task A_group_that_becomes_a_supergroup_is_followed()
    {
        var group = _telegram.AddGroup("ops", _ann);
        await using var line = TelegramLine.Start(_telegram);
        var super = _telegram.MigrateToSupergroup(group, _ann);
        await line.Platform.SendAsync($"{group.Id}", Working, Ended);
        Assert.Single(super.FromBot);
    }

    [Fact]
    public async Task Another_poller_is_stood_back_from_until_it_ends()
    {
        _telegram.FailNext(TelegramFault.Refuse(409, "Conflict: terminated by other getUpdates request"), "getUpdates");
        var time = new ChatOps.Testing.ManualTime();
        await using var line = TelegramLine.Start(_telegram, time: time);
        await _telegram.WhenAsync(() => _telegram.Calls.Any(c => c is { Method: "getUpdates", Code: 409 }));
        _telegram.Say(_ann, _private, "/status");
        await Eventually.TrueAsync("it is heard", async () =>
        {
            await time.AdvanceAsync(TimeSpan.FromSeconds(1));
            return !line.Typed.IsEmpty;
        });
        Assert.True(time.GetUtcNow() >= new ChatOps.Testing.ManualTime().GetUtcNow() + TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task What_does_not_fit_comes_whole_in_a_file()
    {
        await using var line = TelegramLine.Start(_telegram);
        var lines = Enumerable.Range(0, 3000).Select(i => $"line {i} with <b>markup</b> & more").ToList();
        await line.Platform.SendAsync($"{_private.Id}", Done with { Lines = lines }, Ended);
        var (message, file) = (_private.FromBot.First(), _private.FromBot.Last());
        Assert.InRange(message.Text.Length, 3000, 4096);
        Assert.EndsWith("the rest is in the file below", message.Text, StringComparison.Ordinal);
        Assert.Contains("line 2999 with <b>markup</b> & more", file.Document!.AsText, StringComparison.Ordinal);
    }

    public static TheoryData<string> HostileTexts =>
        ["<script>alert(1)</script>", "&lt;b&gt;", "</b></i><a href=\"x\">y</a>", "nu\0ll", "\u202Egnp.exe", "half \ud83d", "😀👨‍👩‍👧", new string('x', 100_000), "&", "<"];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Hostile_text_shows_as_text(string text)
    {
        await using var line = TelegramLine.Start(_telegram);
        var card = new Card(CardState.Failed, text) { Lines = [text], Fields = [new(text, text)], Footer = text, Buttons = [new Button("/status", text)] };
        var reference = await line.Platform.SendAsync($"{_private.Id}", card, Ended);
        var message = _private.FromBot.First();
        Assert.Equal($"{message.Id}", reference.Id);
        Assert.DoesNotContain(message.Entities, e => e.Type is "text_link" or "url");
        Assert.DoesNotContain('\u202E', message.Text);
        Assert.DoesNotContain('\0', message.Text);
        if (text.Length < 50 && !text.Contains('\0', StringComparison.Ordinal) && text[0] != '\u202E' && !text.Contains("half", StringComparison.Ordinal))
            Assert.StartsWith($"❌ {text}\n{text}\n", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_press_is_answered_in_time_and_a_dangerous_one_asks_again()
    {
        await using var line = TelegramLine.Start(_telegram);
        var slow = new TaskCompletionSource<string?>();
        line.OnPressed = i => line.Pressed.Count == 1 ? Task.FromResult<string?>("Change 1 is approved and starts now.") : slow.Task;
        var card = new Card(CardState.Waiting, "Deploy shop 2") { Buttons = [new("abc", "Approve", ButtonStyle.Primary), new("def", "Deny", ButtonStyle.Danger)] };
        await line.Platform.SendAsync($"{_private.Id}", card, Ended);
        var message = _private.FromBot.Single();
        Assert.Equal("Change 1 is approved and starts now.", (await _telegram.Press(_ann, message, "Approve").AnswerAsync()).Text);
        Assert.Equal("Press again to do it.", (await _telegram.Press(_ann, message, "Deny").AnswerAsync()).Text);
        Assert.Equal(["abc"], line.Pressed.Select(p => p.Action));
        Assert.Null((await _telegram.Press(_ann, message, "Deny").AnswerAsync()).Text);
        Assert.Equal(["abc", "def"], line.Pressed.Select(p => p.Action));
        slow.SetResult("Change 1 is denied.");
        await _telegram.MessageAsync(_private, m => m.Text == "ℹ Change 1 is denied.");
    }

    [Theory]
    [InlineData("~0123456789abcdef0123456789abcdef")]
    [InlineData("!~0123456789abcdef0123456789abcdef")]
    public async Task A_button_of_another_time_is_answered(string data)
    {
        await using var line = TelegramLine.Start(_telegram);
        await line.Platform.SendAsync($"{_private.Id}", Done, Ended);
        var press = _telegram.PressForged(_ann, _private.FromBot.Single(), data);
        Assert.StartsWith("That button is too old", (await press.AnswerAsync()).Text, StringComparison.Ordinal);
        Assert.Empty(line.Pressed);
    }

    [Fact]
    public async Task A_long_action_fits_a_button()
    {
        await using var line = TelegramLine.Start(_telegram);
        var action = $"/rollback {new string('a', 63)} 12 data:yes";
        await line.Platform.SendAsync($"{_private.Id}", Done with { Buttons = [new(action, "Roll back")] }, Ended);
        await _telegram.Press(_ann, _private.FromBot.Single(), "Roll back").AnswerAsync();
        Assert.Equal(action, line.Pressed.Single().Action);
    }

    [Fact]
    public async Task The_menu_lists_the_commands_and_is_written_once()
    {
        await using (TelegramLine.Start(_telegram)) await _telegram.WhenAsync(() => _telegram.Polled);
        await using (TelegramLine.Start(_telegram)) await _telegram.WhenAsync(() => _telegram.Calls.Count(c => c.Method == "getUpdates") > 1);
        Assert.Contains(_telegram.Commands(), c => c.Command == "help");
        Assert.Single(_telegram.Calls, c => c.Method == "setMyCommands");
    }

    private static async Task<TelegramMessage> SentAsync(TelegramLine line, TelegramChat chat)
    {
        await line.Platform.SendAsync($"{chat.Id}", Done, Ended);
        return chat.FromBot.Last();
    }
}
