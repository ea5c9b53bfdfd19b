using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>What holds on every platform, seen from the people's side, with the whole bot behind it.</summary>
public abstract class PlatformContract(Clusters clusters) : IAsyncLifetime
{
    private static readonly string[] Hostile =
        ["<b>shop</b>", "&lt;i&gt;", "**shop**", "`shop`", "@everyone", "<@1>", "<@&2>",
            "[shop](https://evil.example)", "\\*shop", "\u202eshop"];

    private ChatStage _stage = null!;
    private Support.Place _place = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await clusters.PlaceAsync("embedded");
        await _place.WorkloadsAsync();
        _stage = NewStage();
        await _stage.StartAsync(_place);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stage is not null) await _stage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_command_is_answered_by_one_message_that_ends_as_its_result()
    {
        await _stage.SayAsync("ann", "/status");
        await _stage.MessageAsync("All 2 targets are well");
        Assert.Single(_stage.Messages);
    }

    [Fact]
    public async Task A_stranger_is_refused()
    {
        Assert.True(await _stage.RefusesAsync("eve", "/deploy shop 2"));
        Assert.Equal("app:1", await _place.ImageAsync("deployment/shop"));
    }

    [Fact]
    public async Task What_one_may_not_do_is_refused_and_says_why()
    {
        await _stage.SayAsync("dan", "/deploy shop 2");
        await _stage.MessageAsync("dan may not deploy");
        Assert.Equal("app:1", await _place.ImageAsync("deployment/shop"));
    }

    [Fact]
    public async Task A_plan_is_approved_once_with_its_button_by_who_may()
    {
        await _stage.SayAsync("ann", "/deploy shop 2");
        var plan = await _stage.MessageAsync("needs approval");
        Assert.StartsWith("ann may not approve", await _stage.PressAsync("ann", plan, "Approve"), StringComparison.Ordinal);
        Assert.StartsWith("Change 1 is approved", await _stage.PressAsync("bob", plan, "Approve"), StringComparison.Ordinal);
        var done = await _stage.MessageAsync("✅ Deploy shop 2");
        Assert.Equal((plan.Id, "app:2"), (done.Id, await _place.ImageAsync("deployment/shop")));
        Assert.DoesNotContain("Approve", done.Buttons);
        var answer = await _stage.ForgeAsync("bob", done, plan.Actions[0]);
        Assert.Matches("no longer", answer);
        Assert.Single(_stage.Messages);
    }

    [Fact]
    public async Task A_forged_press_does_nothing_and_says_so()
    {
        await _stage.SayAsync("ann", "/deploy shop 2");
        var plan = await _stage.MessageAsync("needs approval");
        foreach (var action in (string[])["0123456789abcdef01234567", "approve:1", "\u202e<b>"])
            Assert.Matches("no longer", await _stage.ForgeAsync("bob", plan, action));
        Assert.Equal("app:1", await _place.ImageAsync("deployment/shop"));
    }

    [Fact]
    public async Task What_is_delivered_twice_has_one_effect()
    {
        await _stage.SayAsync("ann", "/deploy shop 2");
        await _stage.RepeatAsync();
        await _stage.MessageAsync("needs approval");
        await _stage.SayAsync("ann", "/whoami");
        await _stage.MessageAsync("You are ann");
        Assert.Single((await _place.KubectlAsync("get changes -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, _stage.Messages.Count);
    }

    [Fact]
    public async Task Hostile_text_is_shown_as_text_and_calls_nobody()
    {
        foreach (var text in Hostile)
        {
            await _stage.SayAsync("ann", $"/status {text}");
            var shown = $"there is no target '{VisibleText.Of(text)}'";
            await _stage.WhenAsync(() => _stage.Messages.Any(m => VisibleText.Of(m.Text).Contains(shown, StringComparison.Ordinal)));
        }
        // Some platforms take control characters away, the bot refuses what is left of them.
        await _stage.SayAsync("ann", "/status sh\0op");
        await _stage.WhenAsync(() => _stage.Messages.Count == Hostile.Length + 1);
        Assert.DoesNotContain(_stage.Messages, m => m.Text.Contains('\0', StringComparison.Ordinal));
        Assert.Empty(_stage.Notified);
        Assert.Equal(0, _stage.Violations);
    }

    [Fact]
    public async Task A_long_answer_is_all_there()
    {
        var lines = Enumerable.Range(0, 400).Select(i => $"line {i} of what a pod <said> & meant").ToList();
        var sent = await Platform.SendAsync(
            _stage.Place.Channel, new Card(CardState.Information, "Logs") { Lines = lines }, TestContext.Current.CancellationToken);
        await _stage.WhenAsync(() => _stage.Messages.Any(m => m.Id == sent.Id));
        var whole = _stage.Whole(_stage.Messages.Single(m => m.Id == sent.Id));
        Assert.All(lines, line => Assert.Contains(line, whole, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Progress_keeps_to_the_limits_and_the_last_state_is_always_shown()
    {
        var message = await SendAsync("a");
        for (var i = 0; i < 300; i++) Live.Show(message, new Card(CardState.Working, "a") { Progress = new(i / 300.0, $"step {i}") });
        var shown = new TaskCompletionSource();
        Live.Show(message, new Card(CardState.Succeeded, "a is done"), shown.SetResult);
        await shown.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.StartsWith("✅ a is done", (await _stage.MessageAsync("a is done")).Text, StringComparison.Ordinal);
        Assert.InRange(_stage.Messages.Single().States, 2, 10);
        Assert.Equal(0, _stage.Violations);
    }

    [Fact]
    public async Task What_happens_while_the_line_is_cut_is_there_once_it_is_mended()
    {
        var message = await SendAsync("b");
        await _stage.WhenAsync(() => _stage.Messages.Count == 1);
        await _stage.CutAsync();
        Live.Show(message, new Card(CardState.Working, "b") { Progress = new(0.5, "half") });
        Live.Show(message, new Card(CardState.Succeeded, "b is done"));
        await _stage.MendAsync();
        await _stage.SayAsync("ann", "/whoami");
        await _stage.MessageAsync("You are ann");
        Assert.Equal(message.Id, (await _stage.MessageAsync("✅ b is done")).Id);
        Assert.Equal(2, _stage.Messages.Count);
    }

    internal abstract ChatStage NewStage();

    private IChatPlatform Platform => _stage.Bot.Services.GetRequiredService<ChatPlatforms>().Find(_stage.Place.Platform)!;

    private LiveMessages Live => _stage.Bot.Services.GetRequiredService<LiveMessages>();

    private Task<MessageReference> SendAsync(string title) =>
        Platform.SendAsync(_stage.Place.Channel, new Card(CardState.Working, title), TestContext.Current.CancellationToken);
}

public sealed class WebContract(Clusters clusters) : PlatformContract(clusters)
{
    internal override ChatStage NewStage() => new WebStage();
}

public sealed class TelegramContract(Clusters clusters) : PlatformContract(clusters)
{
    internal override ChatStage NewStage() => new TelegramStage();
}

public sealed class DiscordContract(Clusters clusters) : PlatformContract(clusters)
{
    internal override ChatStage NewStage() => new DiscordStage();
}
