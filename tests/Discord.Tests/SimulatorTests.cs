using System.Text.Json.Nodes;
using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

/// <summary>The simulator is right when a library that knows nothing of it, discord.js, works with it unchanged.</summary>
public sealed class SimulatorTests : IAsyncLifetime
{
    private DiscordSimulator _discord = null!;
    private DiscordGuild _guild = null!;
    private DiscordChannel _ops = null!;
    private DiscordPerson _ada = null!;
    private DiscordJsBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        Node.Needed();
        _discord = await DiscordSimulator.StartAsync();
        _guild = _discord.AddGuild("Ghosts");
        _ops = _discord.AddTextChannel(_guild, "ops");
        _ada = _discord.AddPerson("ada", _guild);
        _bot = await DiscordJsBot.StartAsync(_discord.Url, _discord.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bot is not null) await _bot.DisposeAsync();
        if (_discord is not null) await _discord.DisposeAsync();
    }

    [Fact]
    public async Task DiscordJs_logs_in_registers_its_commands_and_shows_its_presence()
    {
        await _discord.WhenAsync(() => _discord.Sessions.Single().Presences.Count == 2);
        Assert.Equal("idle", (string?)JsonNode.Parse(_discord.Sessions[0].Presences[1])!["status"]);
        Assert.Contains("deploy", _discord.Commands().Keys);
        Assert.Equal("PUT", _discord.Calls[^1].Method);
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task DiscordJs_defers_reads_typed_options_edits_and_follows_up()
    {
        var role = _discord.AddRole(_guild, "approvers");
        var asked = _discord.Invoke(
            _ada, _ops, "deploy", ("target", "ghostwire"), ("replicas", 3), ("way", "All at once"), ("force", true), ("by", _ada),
            ("tell", role), ("where", _ops), ("weight", 0.5));
        var answer = await asked.AnswerAsync(m => m.Content == "Deployed");
        Assert.True(asked.Deferred);
        Assert.Equal(["Deploying ghostwire 3 big-bang true ada approvers ops 0.5", "Deployed"], answer.Versions.Select(v => v.Content));
        Assert.Equal("Deploy\nTook: 41 s", answer.Embeds.Single().Text);
        Assert.Equal(["Approve", "Deny"], (await asked.FollowUpAsync()).Buttons.Select(b => b.Label));
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task DiscordJs_updates_the_message_of_a_button_and_answers_one_nobody_made()
    {
        var details = await DeployAsync();
        Assert.Equal("Unknown: rm", (await _discord.PressForged(_ada, details, "rm").AnswerAsync()).Content);
        await _discord.Press(_ada, details, "Approve").AcknowledgedAsync();
        Assert.Equal(["Details", "Approved"], details.Versions.Select(v => v.Content));
        Assert.Empty(details.Buttons);
    }

    [Fact]
    public async Task DiscordJs_shows_a_form_and_reads_it()
    {
        var modal = await _discord.Press(_ada, await DeployAsync(), "Deny").ModalAsync();
        Assert.Equal(("Deny", "Why?"), (modal.Title, modal.Inputs.Single().Label));
        var answer = await _discord.Submit(modal, ("Why?", "not on a Friday")).AnswerAsync();
        Assert.Equal("Denied: not on a Friday", answer.Content);
    }

    [Fact]
    public async Task DiscordJs_suggests_while_a_person_types()
    {
        var choices = await _discord.AutocompleteAsync(_ada, _ops, "deploy", ("target", "gh"));
        Assert.Equal(["ghostwire", "ghost"], choices.Select(c => c.Name));
    }

    [Fact]
    public async Task DiscordJs_answers_for_one_persons_eyes()
    {
        var asked = _discord.Invoke(_ada, _ops, "secret");
        Assert.Equal("Only you", (await asked.AnswerAsync()).Content);
        Assert.True(asked.Ephemeral);
        Assert.Empty(_ops.Messages);
    }

    [Fact]
    public async Task DiscordJs_knows_a_persons_roles_in_a_guild_and_nobodys_in_a_direct_message()
    {
        _discord.Give(_guild, _ada, _discord.AddRole(_guild, "operators"));
        Assert.Equal("ada @everyone,operators", (await _discord.Invoke(_ada, _ops, "whoami").AnswerAsync()).Content);
        var direct = _discord.OpenDirectMessage(_ada);
        Assert.Equal("ada direct", (await _discord.Invoke(_ada, direct, "whoami").AnswerAsync()).Content);
    }

    [Fact]
    public async Task DiscordJs_sends_and_edits_an_ordinary_message_with_a_file_and_pings_nobody()
    {
        _discord.Invoke(_ada, _ops, "card");
        var card = await _discord.MessageAsync(_ops, m => m.Content == "done");
        Assert.Equal(["@everyone look\nSnapshot\n58 %", "done\nSnapshot\n100 %"], Texts(card));
        Assert.Equal(("app.log", "line one\nline two ✓\n"), (card.Attachments.Single().Name, card.Attachments[0].AsText));
        Assert.Empty(card.Pinged);
        await _discord.Press(_ada, card, "Again").AnswerAsync(m => m.Content == "again");
    }

    [Fact]
    public async Task DiscordJs_starts_a_thread_and_talks_in_it()
    {
        _discord.Invoke(_ada, _ops, "thread");
        await _discord.WhenAsync(() => _guild.Channels.Any(c => c.Name == "incident"));
        var thread = _guild.Channels.Single(c => c.Parent == _ops);
        Assert.Equal("in here", (await _discord.MessageAsync(thread)).Content);
    }

    [Fact]
    public async Task DiscordJs_obeys_the_limit_of_a_channel_and_one_that_comes_out_of_nowhere()
    {
        _discord.Invoke(_ada, _ops, "burst");
        await _discord.MessageAsync(_ops, m => m.Content == "burst 7");
        var sent = _ops.FromBot.Where(m => m.Content.StartsWith("burst", StringComparison.Ordinal)).Select(m => m.Date).ToList();
        Assert.True(sent[5] - sent[0] >= TimeSpan.FromSeconds(4.9), $"after {sent[5] - sent[0]}");
        _discord.FailNext(DiscordFault.TooMany(TimeSpan.FromSeconds(0.3)), "POST interactions/{interaction}/{token}/callback");
        Assert.Equal("Only you", (await _discord.Invoke(_ada, _ops, "secret").AnswerAsync()).Content);
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task DiscordJs_understands_why_it_was_refused()
    {
        var twice = await _discord.Invoke(_ada, _ops, "twice").FollowUpAsync();
        Assert.Equal("400 40060 Interaction has already been acknowledged.", twice.Content);
        var wrong = await _discord.Invoke(_ada, _ops, "wrong").AnswerAsync();
        Assert.Equal("50035 Invalid Form Body\ndata.content[BASE_TYPE_MAX_LENGTH]: Must be 2000 or fewer in length.", wrong.Content);
    }

    [Fact]
    public async Task DiscordJs_takes_sub_commands_and_people_are_not_offered_others()
    {
        var set = _discord.Invoke(_ada, _ops, "schedule set", ("when", "at four"));
        Assert.Equal("set at four", (await set.AnswerAsync()).Content);
        Assert.Throws<InvalidOperationException>(() => _discord.Invoke(_ada, _ops, "reboot"));
        Assert.Throws<InvalidOperationException>(() => _discord.Invoke(_ada, _ops, "deploy"));
        Assert.Throws<InvalidOperationException>(() => _discord.Invoke(_ada, _ops, "deploy", ("target", "x"), ("replicas", 10)));
    }

    [Fact]
    public async Task DiscordJs_works_through_a_dispatch_of_many_frames()
    {
        _discord.Publish("MESSAGE_CREATE", new JsonObject { ["unknown"] = new string('x', 200_000), ["channel_id"] = "1" });
        Assert.Equal("Only you", (await _discord.Invoke(_ada, _ops, "secret").AnswerAsync()).Content);
    }

    private async Task<DiscordMessage> DeployAsync() =>
        await _discord.Invoke(_ada, _ops, "deploy", ("target", "ghostwire")).FollowUpAsync();

    private static IEnumerable<string> Texts(DiscordMessage message) =>
        message.Versions.Select(v => string.Join('\n', v.Embeds.Select(e => e.Text).Prepend(v.Content)));
}
