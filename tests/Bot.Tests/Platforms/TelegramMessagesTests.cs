using ChatOps.Bot.Chat;
using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>Cards as messages of Telegram, their edits and their buttons.</summary>
public sealed class TelegramMessagesTests : OnTelegram
{
    public static TheoryData<string> Troubles => ["500", "502 page", "429", "dropped", "away"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task A_message_is_sent_once_whatever_comes_between(string trouble)
    {
        await using var line = TelegramLine.Start(Telegram);
        await Telegram.WhenAsync(() => Telegram.Polled);
        var fault = trouble switch
        {
            "500" => TelegramFault.Refuse(500, "Internal Server Error"),
            "502 page" => TelegramFault.Html(502),
            "429" => TelegramFault.TooMany(1),
            _ => TelegramFault.Drop,
        };
        if (trouble == "away") await Telegram.StopListeningAsync();
        else Telegram.FailNext(fault, "sendMessage", times: 2);
        var sending = line.Platform.SendAsync($"{Private.Id}", Working, Ended);
        if (trouble == "away") await Telegram.ListenAgainAsync();
        var message = await sending;
        var shown = Assert.Single(Private.FromBot);
        Assert.Equal($"{shown.Id}", message.Id);
        Assert.Equal("⏳ Deploy shop 2\n▓▓▓▓▓▓▓░░░░░░░  50 %\nwaiting for pods", shown.Text);
        Assert.Equal(0, Telegram.Violations);
    }

    [Fact]
    public async Task The_last_state_is_shown_though_its_edits_fail_and_its_answer_is_lost()
    {
        await using var line = TelegramLine.Start(Telegram);
        var message = await line.Platform.SendAsync($"{Private.Id}", Working, Ended);
        Telegram.FailNext(TelegramFault.Refuse(500, "Internal Server Error"), "editMessageText");
        Telegram.FailNext(TelegramFault.LoseAnswer, "editMessageText");
        var shown = new TaskCompletionSource();
        line.Live.Show(message, Done, shown.SetResult);
        await shown.Task.WaitAsync(TelegramSimulator.Patience, Ended);
        Assert.Equal("✅ Deploy shop 2\n4.9 s", Private.FromBot.Single().Text);
        Assert.Contains(Telegram.Calls, c => c is { Method: "editMessageText", Code: 400 }
            && c.Description!.Contains("not modified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task States_in_between_are_dropped_and_what_is_shown_already_is_not_sent()
    {
        await using var line = TelegramLine.Start(Telegram);
        var message = await line.Platform.SendAsync($"{Private.Id}", Working, Ended);
        for (var i = 0; i < 500; i++) line.Live.Show(message, Working with { Progress = new(i / 500.0, $"{i}") });
        line.Live.Show(message, Done);
        await Telegram.WhenAsync(() => Private.FromBot.Single().Text.StartsWith('✅'));
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        Assert.InRange(Telegram.Calls.Count(c => c.Method == "editMessageText"), 1, 10);
        Assert.Equal(0, Telegram.Violations);
    }

    [Fact]
    public async Task How_it_ended_is_told_in_a_new_message_when_somebody_deleted_the_old_one()
    {
        await using var line = TelegramLine.Start(Telegram);
        var message = await line.Platform.SendAsync($"{Private.Id}", Working, Ended);
        Telegram.Delete(Private.FromBot.Single());
        await line.Platform.EditAsync(message, false, () => Working with { Title = "Deploy shop 3" }, Ended);
        Assert.Empty(Private.FromBot);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        await line.Platform.EditAsync(message, true, () => Done, Ended);
        Assert.StartsWith("✅", Private.FromBot.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_comes_whole_in_a_file()
    {
        await using var line = TelegramLine.Start(Telegram);
        var lines = Enumerable.Range(0, 3000).Select(i => $"line {i} with <b>markup</b> & more").ToList();
        await line.Platform.SendAsync($"{Private.Id}", Done with { Lines = lines }, Ended);
        var (message, file) = (Private.FromBot.First(), Private.FromBot.Last());
        Assert.InRange(message.Text.Length, 3000, 4096);
        Assert.EndsWith("the rest is in the file below", message.Text, StringComparison.Ordinal);
        Assert.Contains("line 2999 with <b>markup</b> & more", file.Document!.AsText, StringComparison.Ordinal);
    }

    public static TheoryData<string> HostileTexts =>
        ["<script>alert(1)</script>", "&lt;b&gt;", "</b></i><a href=\"x\">y</a>", "nu\0ll", "\u202Egnp.exe", "half \ud83d",
            "😀👨‍👩‍👧", new string('x', 100_000), "&", "<"];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Hostile_text_shows_as_text(string text)
    {
        await using var line = TelegramLine.Start(Telegram);
        var card = new Card(CardState.Failed, text)
        {
            Lines = [text],
            Fields = [new(text, text)],
            Footer = text,
            Buttons = [new Button("/status", text)]
        };
        var reference = await line.Platform.SendAsync($"{Private.Id}", card, Ended);
        var message = Private.FromBot.First();
        Assert.Equal($"{message.Id}", reference.Id);
        Assert.DoesNotContain(message.Entities, e => e.Type is "text_link" or "url");
        Assert.DoesNotContain('\u202E', message.Text);
        Assert.DoesNotContain('\0', message.Text);
        if (text.Length < 50 && !text.Contains('\0', StringComparison.Ordinal)
            && text[0] != '\u202E' && !text.Contains("half", StringComparison.Ordinal))
        {
            Assert.StartsWith($"❌ {text}\n{text}\n", message.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_press_is_answered_in_time_and_a_dangerous_one_asks_again()
    {
        await using var line = TelegramLine.Start(Telegram);
        var slow = new TaskCompletionSource<string?>();
        line.OnPressed = i => line.Pressed.Count == 1 ? Task.FromResult<string?>("Change 1 is approved and starts now.") : slow.Task;
        var card = new Card(CardState.Waiting, "Deploy shop 2")
        {
            Buttons = [new("abc", "Approve", ButtonStyle.Primary), new("def", "Deny", ButtonStyle.Danger)]
        };
        await line.Platform.SendAsync($"{Private.Id}", card, Ended);
        var message = Private.FromBot.Single();
        Assert.Equal("Change 1 is approved and starts now.", await Telegram.SaidAsync(Telegram.Press(Ann, message, "Approve")));
        Assert.Equal("Press again to do it.", (await Telegram.Press(Ann, message, "Deny").AnswerAsync()).Text);
        Assert.Equal(["abc"], line.Pressed.Select(p => p.Action));
        Assert.Null((await Telegram.Press(Ann, message, "Deny").AnswerAsync()).Text);
        Assert.Equal(["abc", "def"], line.Pressed.Select(p => p.Action));
        slow.SetResult("Change 1 is denied.");
        await Telegram.MessageAsync(Private, m => m.Text == "ℹ Change 1 is denied.");
    }

    [Theory]
    [InlineData("~0123456789abcdef0123456789abcdef")]
    [InlineData("!~0123456789abcdef0123456789abcdef")]
    public async Task A_button_of_another_time_is_answered(string data)
    {
        await using var line = TelegramLine.Start(Telegram);
        await line.Platform.SendAsync($"{Private.Id}", Done, Ended);
        var press = Telegram.PressForged(Ann, Private.FromBot.Single(), data);
        Assert.StartsWith("That button is too old", (await press.AnswerAsync()).Text, StringComparison.Ordinal);
        Assert.Empty(line.Pressed);
    }

    [Fact]
    public async Task A_long_action_fits_a_button()
    {
        await using var line = TelegramLine.Start(Telegram);
        var action = $"/rollback {new string('a', 63)} 12 data:yes";
        await line.Platform.SendAsync($"{Private.Id}", Done with { Buttons = [new(action, "Roll back")] }, Ended);
        await Telegram.Press(Ann, Private.FromBot.Single(), "Roll back").AnswerAsync();
        Assert.Equal(action, line.Pressed.Single().Action);
    }
}
