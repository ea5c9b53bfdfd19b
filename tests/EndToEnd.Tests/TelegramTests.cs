using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The whole demo from a phone: every word typed on Telegram, every decision a button.</summary>
public sealed class TelegramTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private TelegramSimulator _telegram = null!;
    private TelegramPerson _operator = null!;
    private TelegramPerson _approver = null!;
    private TelegramChat _group = null!;

    public async ValueTask InitializeAsync()
    {
        _telegram = await TelegramSimulator.StartAsync();
        (_operator, _approver) = (_telegram.AddPerson("Olga"), _telegram.AddPerson("Ari"));
        _group = _telegram.AddGroup("ops", _operator, _approver);
    }

    public ValueTask DisposeAsync() => _telegram.DisposeAsync();

    [Fact]
    public async Task The_main_job_is_done_from_telegram()
    {
        await using var demo = await StartAsync();
        await SayAsync("/status ghostwire", "✅ ghostwire is up");
        var snapshot = await SayAsync("/snapshot ghostwire", "✅ Snapshot of ghostwire");
        Assert.Contains("never waited", snapshot.Text, StringComparison.Ordinal);
        var deploy = await DecideAsync("/deploy ghostwire 1.19.0", "✅ Deploy ghostwire 1.19.0");
        Assert.Contains(deploy.Versions, v =>
            v.Text.Contains('▓', StringComparison.Ordinal) || v.Text.Contains('░', StringComparison.Ordinal));
        var failed = await DecideAsync("/deploy ghostwire missing", "❌ Deploy ghostwire missing: rolled back");
        Assert.Contains("back on 1.19.0", failed.Text, StringComparison.Ordinal);
        var question = await SayAsync("/rollback ghostwire", "⚠ Roll back ghostwire to 1.18.0: image only, or with data?");
        Assert.Equal("Press again to do it.", await _telegram.SaidAsync(_telegram.Press(_operator, question, "Image and data")));
        _ = _telegram.Press(_operator, question, "Image and data");
        var plan = await _telegram.MessageAsync(
            _group, m => m.Text.Contains("with data: needs approval", StringComparison.Ordinal), Patience);
        await ApproveAsync(plan);
        await _telegram.WhenAsync(
            () => plan.Text.StartsWith("✅ Roll back ghostwire to 1.18.0 with data", StringComparison.Ordinal), Patience);
        Assert.Equal(0, _telegram.Violations);
        TestContext.Current.AddAttachment(
            "telegram", string.Join("\n\n", _group.Messages.Select(m => $"{m.From?.FirstName ?? "bot"}\n{m.Text}")));
    }

    [Fact]
    public async Task A_bot_killed_in_a_rollout_shows_the_end_in_the_same_message()
    {
        await using var demo = await StartAsync();
        _telegram.Say(_operator, _group, "/deploy ghostwire slow");
        var plan = await _telegram.MessageAsync(_group, m => m.Text.Contains("needs approval", StringComparison.Ordinal), Patience);
        await ApproveAsync(plan);
        await _telegram.WhenAsync(() => plan.Text.Contains("wait for ready pods", StringComparison.Ordinal), Patience);
        await demo.RestartBotAsync();
        await _telegram.WhenAsync(() => plan.Text.StartsWith("✅ Deploy ghostwire slow", StringComparison.Ordinal), Patience);
        Assert.Single(_group.FromBot);
        Assert.Single((await demo.ChangeAsync(1)).Status.Approvals!);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Changes, "chatops"));
    }

    private Task<RunningDemo> StartAsync() => RunningDemo.StartAsync(RunningDemo.Small with
    {
        ReadyWithin = TimeSpan.FromSeconds(30),
        Chats =
        [
            new("telegram", new Secret(_telegram.Token), _telegram.Url,
                new Dictionary<string, string> { ["operator"] = $"{_operator.Id}", ["approver"] = $"{_approver.Id}" }, $"{_group.Id}"),
        ],
    });

    /// <summary>Types a line and returns the message that answers, once it begins so.</summary>
    private async Task<TelegramMessage> SayAsync(string line, string begins)
    {
        _telegram.Say(_operator, _group, line);
        return await _telegram.MessageAsync(_group, m => m.Text.StartsWith(begins, StringComparison.Ordinal), Patience);
    }

    /// <summary>Asks for a change, presses Approve as the other person, and returns its message at the end.</summary>
    private async Task<TelegramMessage> DecideAsync(string line, string ends)
    {
        _telegram.Say(_operator, _group, line);
        var plan = await _telegram.MessageAsync(_group, m => m.Buttons.Any(b => b.Text == "Approve"), Patience);
        await ApproveAsync(plan);
        await _telegram.WhenAsync(() => plan.Text.StartsWith(ends, StringComparison.Ordinal), Patience);
        return plan;
    }

    private async Task ApproveAsync(TelegramMessage plan) => Assert.EndsWith(
        "is approved and starts now.", await _telegram.SaidAsync(_telegram.Press(_approver, plan, "Approve")), StringComparison.Ordinal);
}
