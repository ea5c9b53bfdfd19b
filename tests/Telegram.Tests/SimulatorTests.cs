using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

/// <summary>The simulator is right when a library that knows nothing of it, grammy, works with it unchanged.</summary>
public sealed class SimulatorTests : IAsyncLifetime
{
    private TelegramSimulator _telegram = null!;
    private TelegramPerson _ada = null!;
    private TelegramChat _chat = null!;

    public async ValueTask InitializeAsync()
    {
        NeedsNode();
        await RestartAsync(TelegramLimits.Off);
    }

    public async ValueTask DisposeAsync()
    {
        if (_telegram is not null) await _telegram.DisposeAsync();
    }

    [Fact]
    public async Task Grammy_polls_and_answers_a_command_in_HTML()
    {
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/start");
        var hello = await _telegram.MessageAsync(_chat);
        Assert.Equal("Hello Ada & welcome", hello.Text);
        Assert.Equal("Ada", hello.Now.Marked(Assert.Single(hello.Entities)));
    }

    [Fact]
    public async Task Grammy_edits_a_message_and_answers_the_press_of_its_button()
    {
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/menu");
        var menu = await _telegram.MessageAsync(_chat);
        Assert.Equal(["Yes", "No", "Docs"], menu.Buttons.Select(b => b.Text));
        var answer = await _telegram.Press(_ada, menu, "No").AnswerAsync();
        Assert.Equal(new("Noted", true, null), answer);
        Assert.Equal(["Pick one", "You picked no"], menu.Versions.Select(v => v.Text));
        Assert.Empty(menu.Buttons);
    }

    [Fact]
    public async Task Grammy_hears_of_a_press_nobody_could_have_made()
    {
        await using var bot = await StartBotAsync();
        var said = _telegram.Say(_ada, _chat, "hm");
        Assert.Equal("Unknown: rm:everything", (await _telegram.PressForged(_ada, said, "rm:everything").AnswerAsync()).Text);
    }

    [Fact]
    public async Task Grammy_understands_why_its_HTML_was_refused()
    {
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/broken");
        var why = await _telegram.MessageAsync(_chat);
        Assert.Equal("400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"", why.Text);
    }

    [Fact]
    public async Task Grammy_sends_a_file_and_reads_one_back()
    {
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/log");
        var log = await _telegram.MessageAsync(_chat);
        Assert.Equal(("app.log", "The log", "line one\nline two ✓\n"), (log.Document!.Name, log.Text, log.Document.AsText));
        _telegram.SendDocument(_ada, _chat, "values.yaml", "a: ü"u8.ToArray());
        await _telegram.MessageAsync(_chat, m => m.Text == "values.yaml has 5 bytes: a: ü");
    }

    [Fact]
    public async Task Grammy_sees_the_seconds_it_has_to_wait()
    {
        await RestartAsync(new() { ChatBurst = 4, ChatEvery = TimeSpan.FromMinutes(1) });
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/flood");
        var refused = await bot.SaysAsync(line => line.StartsWith('{'));
        Assert.Equal("""{"sent":4,"code":429,"wait":60,"why":"Too Many Requests: retry after 60"}""", refused);
        Assert.Equal(0, _telegram.Violations);
    }

    [Fact]
    public async Task Grammy_with_auto_retry_waits_as_told_and_violates_nothing()
    {
        await RestartAsync(new() { ChatBurst = 4 });
        await using var bot = await StartBotAsync();
        _telegram.Say(_ada, _chat, "/patient");
        await _telegram.MessageAsync(_chat, m => m.Text == "patient 5");
        Assert.Contains(_telegram.Calls, call => call.Code == 429);
        Assert.Equal(0, _telegram.Violations);
    }

    [Fact]
    public async Task Grammy_declares_its_commands_for_a_scope_and_a_language()
    {
        await using var bot = await StartBotAsync();
        Assert.Equal([("start", "Say hello"), ("menu", "Choose")], _telegram.Commands());
        Assert.Equal([("log", "Get the log")], _telegram.Commands("all_group_chats", "de"));
        Assert.Empty(_telegram.Commands("all_group_chats"));
    }

    [Fact]
    public async Task Grammy_answers_in_the_topic_it_was_asked_in()
    {
        await using var bot = await StartBotAsync();
        var forum = _telegram.AddForum("ops", null, _ada);
        var topic = _telegram.AddTopic(forum, _ada, "signal");
        _telegram.Say(_ada, forum, $"/start@{_telegram.BotUsername}", topic);
        Assert.Equal(topic.ThreadId, (await _telegram.MessageAsync(forum)).ThreadId);
    }

    [Fact]
    public async Task Grammy_takes_updates_by_webhook_with_a_secret()
    {
        await using var bot = await GrammyBot.StartAsync(_telegram.Url, _telegram.Token, "webhook", "s3cret_-");
        _telegram.Say(_ada, _chat, "/start");
        await _telegram.MessageAsync(_chat);
        await _telegram.WhenAsync(() => _telegram.Updates.All(u => u is { Confirmed: true, Deliveries: 1 }));
    }

    [Fact]
    public async Task Grammy_is_told_when_it_is_thrown_out_and_survives_a_cut_poll()
    {
        await using var bot = await StartBotAsync();
        var group = _telegram.AddGroup("friends", _ada);
        _telegram.KickBot(group, _ada);
        await bot.SaysAsync(line => line == $"now kicked in {group.Id}");
        await _telegram.CutPollAsync();
        _telegram.Say(_ada, _chat, "/start");
        await _telegram.MessageAsync(_chat);
    }

    [Fact]
    public async Task The_same_bot_works_on_an_emulator_made_by_others()
    {
        await using var emulator = await TelegramTestApi.StartAsync();
        await using var bot = await GrammyBot.StartAsync(emulator.Url, emulator.Token, "plain");
        await emulator.CommandAsync("/menu");
        var (id, _) = await emulator.MessageAsync("Pick one");
        await emulator.PressAsync("pick:yes", id);
        Assert.Equal(id, (await emulator.MessageAsync("You picked yes")).Id);
    }

    private Task<GrammyBot> StartBotAsync() => GrammyBot.StartAsync(_telegram.Url, _telegram.Token);

    private async Task RestartAsync(TelegramLimits limits)
    {
        await DisposeAsync();
        _telegram = await TelegramSimulator.StartAsync(new() { Limits = limits });
        _ada = _telegram.AddPerson("Ada", "ada");
        _chat = _telegram.OpenPrivateChat(_ada);
    }

    private static void NeedsNode()
    {
        if (GrammyBot.Installed) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(GrammyBot.HowToGet);
        Assert.Skip(GrammyBot.HowToGet);
    }
}
