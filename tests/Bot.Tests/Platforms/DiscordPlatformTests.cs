using ChatOps.Bot.Chat;
using ChatOps.Bot.Platforms.Discord;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Discord;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>What Discord does to a bot, one by one: messages, interactions, forms.</summary>
public sealed class DiscordPlatformTests : IAsyncLifetime
{
    private static readonly Card Working = new(CardState.Working, "Deploy shop 2") { Progress = new(0.5, "waiting for pods") };
    private static readonly Card Done = new(CardState.Succeeded, "Deploy shop 2") { Lines = ["4.9 s"] };
    private DiscordSimulator _discord = null!;
    private DiscordGuild _guild = null!;
    private DiscordPerson _ann = null!;
    private DiscordChannel _ops = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _discord = await DiscordSimulator.StartAsync();
        _guild = _discord.AddGuild("team");
        _ann = _discord.AddPerson("ann", _guild);
        _ops = _discord.AddTextChannel(_guild, "ops");
    }

    public ValueTask DisposeAsync() => _discord.DisposeAsync();

    [Fact]
    public async Task What_is_asked_arrives_as_a_line_with_who_and_where()
    {
        var thread = _discord.AddThread(_ops, "ghostwire");
        await using var line = await DiscordLine.StartAsync(_discord);
        _discord.Invoke(_ann, _ops, "deploy", ("target", "shop"), ("version", "1.2"));
        _discord.Invoke(_ann, thread, "rollback", ("target", "two words"), ("data", "yes"));
        _discord.Invoke(_ann, _discord.OpenDirectMessage(_ann), "rollback", ("target", "shop"), ("revision", 7L));
        await Eventually.TrueAsync("it is heard", () => line.Typed.Count == 3);
        Assert.Equal(
            ["/deploy shop 1.2", "/rollback \"two words\" data:yes", "/rollback shop 7"],
            line.Typed.Select(i => i.Text).Order(StringComparer.Ordinal));
        Assert.All(line.Typed, i => Assert.Equal(($"{_ann.Id}", "ann", false), (i.User, i.DisplayName, i.Undeclared)));
        Assert.Contains($"{_ops.Id}/{thread.Id}", line.Typed.Select(i => i.Channel));
    }

    [Fact]
    public async Task Other_servers_and_undeclared_channels_are_marked_and_roles_count_only_at_home()
    {
        var (elsewhere, other) = (_discord.AddGuild("elsewhere"), _discord.AddTextChannel(_guild, "other"));
        var away = _discord.AddTextChannel(elsewhere, "ops");
        _discord.Join(elsewhere, _ann);
        var role = _discord.AddRole(_guild, "operators");
        _discord.Give(_guild, _ann, role);
        await using var line = await DiscordLine.StartAsync(_discord, $"guild: '{_guild.Id}'\nchannels: {{ ops: {{ id: '{_ops.Id}' }} }}");
        await _discord.WhenAsync(() => _discord.Commands(_guild).Count > 0);
        foreach (var channel in new[] { _ops, other, _discord.AddThread(_ops, "t") }) _discord.Invoke(_ann, channel, "help");
        await Eventually.TrueAsync("it is heard", () => line.Typed.Count >= 3);
        Assert.True(line.Typed.Single(i => i.Channel == $"{other.Id}").Undeclared);
        Assert.False(line.Typed.Single(i => i.Channel == $"{_ops.Id}").Undeclared);
        Assert.Equal([$"{role.Id}"], line.Typed.First(i => i.Channel == $"{_ops.Id}").Groups);
        Assert.DoesNotContain(line.Typed, i => i.Channel == $"{away.Id}");
    }

    [Fact]
    public async Task An_answer_is_the_response_and_goes_on_as_a_message_when_the_token_is_dead()
    {
        var time = new ManualTime();
        await using var discord = await DiscordSimulator.StartAsync(new() { Time = time });
        var guild = discord.AddGuild("team");
        var (ann, ops) = (discord.AddPerson("ann", guild), discord.AddTextChannel(guild, "ops"));
        await using var line = await DiscordLine.StartAsync(discord, time: time);
        MessageReference? message = null;
        line.OnTyped = async i => message = await line.Platform.AnswerAsync(i, Working, alone: false, Ended);
        var asked = discord.Invoke(ann, ops, "help");
        await Eventually.TrueAsync("it is heard", () => message is not null);
        Assert.Equal((4, false), (asked.Callback, asked.Ephemeral));
        await time.AdvanceAsync(TimeSpan.FromMinutes(16));
        await line.Platform.EditAsync(message!, true, () => Done, Ended);
        Assert.Equal("✅ Deploy shop 2\n4.9 s", ops.FromBot.Single().Text);
    }

    [Fact]
    public async Task What_concerns_one_person_is_shown_to_them_alone()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        line.OnTyped = i => line.Platform.AnswerAsync(i, new Card(CardState.Failed, "ann may not deploy"), alone: true, Ended);
        var asked = _discord.Invoke(_ann, _ops, "help");
        Assert.True((await asked.AnswerAsync()).Ephemeral);
        Assert.Empty(_ops.FromBot);
    }

    [Fact]
    public async Task A_late_answer_is_announced_in_time_and_then_replaces_the_announcement()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var late = new TaskCompletionSource();
        line.OnTyped = async i =>
        {
            await late.Task;
            await line.Platform.AnswerAsync(i, Done, alone: false, Ended);
        };
        var asked = _discord.Invoke(_ann, _ops, "help");
        await asked.AcknowledgedAsync();
        Assert.True(asked.Deferred);
        late.SetResult();
        Assert.StartsWith("✅", (await asked.AnswerAsync()).Text, StringComparison.Ordinal);
        Assert.Single(_ops.FromBot);
    }

    [Fact]
    public async Task A_bot_that_says_nothing_says_so()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var answer = await _discord.Invoke(_ann, _ops, "help").AnswerAsync();
        Assert.Equal((true, "There is nothing new to say."), (answer.Ephemeral, answer.Content));
    }

    public static TheoryData<string> Troubles => ["500", "502 page", "429", "dropped", "answer lost"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task An_answer_and_a_message_are_shown_once_whatever_comes_between(string trouble)
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        line.OnTyped = i => line.Platform.AnswerAsync(i, Working, alone: false, Ended);
        var fault = trouble switch
        {
            "500" => DiscordFault.Refuse(500, 0, "Internal Server Error"),
            "502 page" => DiscordFault.Html(502),
            "429" => DiscordFault.TooMany(TimeSpan.FromSeconds(0.3)),
            "dropped" => DiscordFault.Drop,
            _ => DiscordFault.LoseAnswer,
        };
        _discord.FailNext(fault, "POST interactions/{interaction}/{token}/callback");
        _discord.FailNext(fault, "POST channels/{channel}/messages", times: 2);
        await _discord.Invoke(_ann, _ops, "help").AnswerAsync();
        var message = await line.Platform.SendAsync($"{_ops.Id}", Done, Ended);
        Assert.Equal(
            ["⏳ Deploy shop 2\n`▓▓▓▓▓▓▓░░░░░░░  50 %`\nwaiting for pods", "✅ Deploy shop 2\n4.9 s"], _ops.FromBot.Select(m => m.Text));
        Assert.Equal($"{_ops.FromBot.Last().Id}", message.Id);
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task Asked_too_late_for_an_answer_it_is_told_in_the_channel()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        line.OnTyped = i => line.Platform.AnswerAsync(i, Done, alone: false, Ended);
        _discord.FailNext(
            DiscordFault.Refuse(404, DiscordCodes.UnknownInteraction, "Unknown interaction"),
            "POST interactions/{interaction}/{token}/callback");
        _discord.Invoke(_ann, _ops, "help");
        await _discord.MessageAsync(_ops, m => m.Text.StartsWith('✅'));
    }

    [Fact]
    public async Task Where_the_bot_may_not_write_its_answers_are_edited_with_their_tokens()
    {
        _discord.Let(_ops, BotAccess.None);
        await using var line = await DiscordLine.StartAsync(_discord);
        MessageReference? message = null;
        line.OnTyped = async i => message = await line.Platform.AnswerAsync(i, Working, alone: false, Ended);
        await _discord.Invoke(_ann, _ops, "help").AnswerAsync();
        await Eventually.TrueAsync("it is heard", () => message is not null);
        await line.Platform.EditAsync(message!, true, () => Done, Ended);
        Assert.StartsWith("✅", _ops.FromBot.Single().Text, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PlatformException>(() => line.Platform.SendAsync($"{_ops.Id}", Done, Ended));
        Assert.Contains("let the bot view that channel", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.Retry);
    }

    [Fact]
    public async Task How_it_ended_is_told_in_a_new_message_when_somebody_deleted_the_old_one()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var message = await line.Platform.SendAsync($"{_ops.Id}", Working, Ended);
        _discord.Delete(_ops.FromBot.Single());
        await line.Platform.EditAsync(message, false, () => Working with { Title = "Deploy shop 3" }, Ended);
        Assert.Empty(_ops.FromBot);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        Assert.StartsWith("✅", _ops.FromBot.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_comes_whole_in_a_file_of_the_same_message()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var lines = Enumerable.Range(0, 3000).Select(i => $"line {i} with **markup** & more").ToList();
        var message = await line.Platform.SendAsync($"{_ops.Id}", Working, Ended);
        await line.Platform.EditAsync(message, true, () => Done with { Lines = lines }, Ended);
        var shown = _ops.FromBot.Single();
        Assert.EndsWith("the rest is in the file*", shown.Text, StringComparison.Ordinal);
        Assert.Contains("line 2999 with **markup** & more", Assert.Single(shown.Attachments).AsText, StringComparison.Ordinal);
    }

    public static TheoryData<string> HostileTexts =>
        ["@everyone @here <@1> <@&2>", "**b** __u__ ~~s~~ ||x||", "`code` ```block```", "[x](https://evil.example)", "# head",
            "> quote", "nu\0ll", "\u202Egnp.exe", "half \ud83d", "😀👨‍👩‍👧", new string('x', 100_000), new string('*', 300), "\\"];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Hostile_text_shows_as_text_and_calls_nobody(string text)
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var card = new Card(CardState.Failed, text)
        {
            Lines = [text],
            Fields = [new(text, text)],
            Footer = text,
            Buttons = [new Button("/status", text)]
        };
        await line.Platform.SendAsync($"{_ops.Id}", card, Ended);
        var message = Assert.Single(_ops.FromBot);
        Assert.Empty(message.Pinged);
        Assert.DoesNotContain('\u202E', message.Text);
        Assert.DoesNotContain('\0', message.Text);
        Assert.DoesNotMatch(@"(?<!\\)[*_~|`<>\[\]@#](?<!\*\*)(?!\*\*)", message.Embeds[0].Title!);
    }

    [Fact]
    public async Task A_press_is_answered_alone_and_a_denial_asks_for_its_reason()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        line.OnPressed = i => Task.FromResult<string?>(i.Text.Length == 0 ? "Change 1 is approved." : "Change 1 is denied.");
        var card = new Card(CardState.Waiting, "Deploy shop 2")
        {
            Buttons = [new("abc", "Approve", ButtonStyle.Primary), new("def", "Deny", ButtonStyle.Danger, AsksReason: true)],
        };
        await line.Platform.SendAsync($"{_ops.Id}", card, Ended);
        var message = _ops.FromBot.Single();
        var told = await _discord.Press(_ann, message, "Approve").AnswerAsync();
        Assert.Equal((true, "Change 1 is approved."), (told.Ephemeral, told.Content));
        var form = await _discord.Press(_ann, message, "Deny").ModalAsync();
        Assert.Equal(["abc"], line.Pressed.Select(p => p.Action));
        Assert.Equal("Change 1 is denied.", (await _discord.Submit(form, ("reason", " not on a Friday ")).AnswerAsync()).Content);
        Assert.Equal(("def", "not on a Friday"), (line.Pressed.Last().Action, line.Pressed.Last().Invocation.Text));
    }

    [Fact]
    public async Task A_dangerous_press_asks_again_and_a_slow_one_is_told_later()
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        var slow = new TaskCompletionSource<string?>();
        line.OnPressed = _ => slow.Task;
        await line.Platform.SendAsync($"{_ops.Id}", Done with { Buttons = [new("x", "Roll back…", ButtonStyle.Danger)] }, Ended);
        var message = _ops.FromBot.Single();
        Assert.Equal("Press again to do it.", (await _discord.Press(_ann, message, "Roll back…").AnswerAsync()).Content);
        var second = _discord.Press(_ann, message, "Roll back…");
        Assert.Equal(6, (await second.AcknowledgedAsync()).Callback);
        slow.SetResult("Done after all.");
        Assert.Equal("Done after all.", (await second.FollowUpAsync()).Content);
    }

    [Theory]
    [InlineData("~0123456789abcdef0123456789abcdef")]
    [InlineData("!~0123456789abcdef0123456789abcdef")]
    [InlineData("?~0123456789abcdef0123456789abcdef")]
    public async Task A_button_of_another_time_is_answered(string id)
    {
        await using var line = await DiscordLine.StartAsync(_discord);
        await line.Platform.SendAsync($"{_ops.Id}", Done, Ended);
        var press = await _discord.PressForged(_ann, _ops.FromBot.Single(), id).AnswerAsync();
        Assert.StartsWith("That button is too old", press.Content, StringComparison.Ordinal);
        Assert.Empty(line.Pressed);
    }

    [Fact]
    public async Task Commands_are_registered_once_and_again_only_when_they_differ()
    {
        await using (await DiscordLine.StartAsync(_discord)) Assert.Contains("deploy", _discord.Commands().Keys);
        await using (await DiscordLine.StartAsync(_discord))
            await _discord.WhenAsync(() => _discord.Calls.Count(c => c.Path.EndsWith("/commands", StringComparison.Ordinal)) == 3);
        Assert.Single(_discord.Calls, c => c.Method == "PUT");
    }

    [Fact]
    public async Task People_see_whether_the_bot_reaches_the_cluster()
    {
        var time = new ManualTime();
        await using var line = await DiscordLine.StartAsync(_discord, time: time);
        line.Cluster.VersionAsync(Arg.Any<CancellationToken>()).ThrowsAsync(new ApiException(
            "get", "/version", System.Net.HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "away", null));
        await SeeAsync("the cluster does not answer");
        line.Cluster.VersionAsync(Arg.Any<CancellationToken>()).Returns("1.35");
        await SeeAsync("\"online\"");

        Task SeeAsync(string what) => Eventually.TrueAsync(what, async () =>
        {
            await time.AdvanceAsync(TimeSpan.FromSeconds(20));
            return _discord.Sessions[^1].Presences[^1].Contains(what, StringComparison.Ordinal);
        });
    }
}
