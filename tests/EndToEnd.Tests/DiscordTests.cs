using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Discord;
using ChatOps.Values;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The whole demo from Discord: slash commands with their options, every decision a button.</summary>
public sealed class DiscordTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private DiscordSimulator _discord = null!;
    private DiscordPerson _operator = null!;
    private DiscordPerson _approver = null!;
    private DiscordChannel _ops = null!;

    public async ValueTask InitializeAsync()
    {
        _discord = await DiscordSimulator.StartAsync();
        var guild = _discord.AddGuild("team");
        (_operator, _approver, _ops) =
            (_discord.AddPerson("olga", guild), _discord.AddPerson("ari", guild), _discord.AddTextChannel(guild, "ops"));
    }

    public ValueTask DisposeAsync() => _discord.DisposeAsync();

    [Fact]
    public async Task The_main_job_is_done_from_discord()
    {
        await using var demo = await StartAsync();
        await AskAsync("✅ ghostwire is up", "status", ("target", "ghostwire"));
        var choices = await _discord.AutocompleteAsync(_operator, _ops, "deploy", ("target", "gh"));
        Assert.Equal("ghostwire", Assert.Single(choices).Value);
        var snapshot = await AskAsync("✅ Snapshot of ghostwire", "snapshot", ("target", "ghostwire"));
        Assert.Contains("never waited", snapshot.Text, StringComparison.Ordinal);
        var deploy = await DecideAsync("1.19.0", "✅ Deploy ghostwire 1.19.0");
        Assert.Contains(deploy.Versions, v => v.Embeds.Any(e =>
            e.Text.Contains('▓', StringComparison.Ordinal) || e.Text.Contains('░', StringComparison.Ordinal)));
        var failed = await DecideAsync("missing", "❌ Deploy ghostwire missing\\: rolled back");
        Assert.Contains("back on 1.19.0", failed.Text, StringComparison.Ordinal);
        await DenyAsync("1.20.0", "not on a Friday");
        var question = await AskAsync("⚠ Roll back ghostwire to 1.18.0\\: image only, or with data?", "rollback", ("target", "ghostwire"));
        Assert.Equal("Press again to do it.", await _discord.Press(_operator, question, "Image and data").SaidAsync());
        _discord.Press(_operator, question, "Image and data");
        var plan = await _discord.MessageAsync(
            _ops, m => m.Text.Contains("with data\\: needs approval", StringComparison.Ordinal), Patience);
        await ApproveAsync(plan);
        await _discord.WhenAsync(
            () => plan.Text.StartsWith("✅ Roll back ghostwire to 1.18.0 with data", StringComparison.Ordinal), Patience);
        Assert.Empty(_discord.Violations);
        TestContext.Current.AddAttachment(
            "discord", string.Join("\n\n", _ops.Messages.Select(m => $"{m.From?.Username ?? "bot"}\n{m.Text}")));
    }

    [Fact]
    public async Task A_bot_killed_in_a_rollout_shows_the_end_in_the_same_message()
    {
        await using var demo = await StartAsync();
        var plan = await DeployAsync("slow");
        await ApproveAsync(plan);
        await _discord.WhenAsync(() => plan.Text.Contains("wait for ready pods", StringComparison.Ordinal), Patience);
        await demo.RestartBotAsync();
        await _discord.WhenAsync(() => plan.Text.StartsWith("✅ Deploy ghostwire slow", StringComparison.Ordinal), Patience);
        Assert.Single(_ops.FromBot);
        Assert.Single(await demo.ListAsync(ChatOpsKinds.Changes, "chatops"));
    }

    [Fact]
    public async Task What_a_schedule_takes_is_told_in_the_channel()
    {
        await using var demo = await StartAsync(scheduled: true);
        await demo.DueAsync("ghostwire", TimeProvider.System.GetUtcNow().AddMinutes(-6));
        var told = await _discord.MessageAsync(_ops, m => m.Text.StartsWith("✅ Snapshot of ghostwire", StringComparison.Ordinal), Patience);
        Assert.Contains("schedule ghostwire · due", told.Text, StringComparison.Ordinal);
        Assert.Equal("scheduled", (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"))[0].Spec.Reason);
        var list = await AskAsync("ℹ 1 schedule", "schedule");
        Assert.Contains("last ", list.Text, StringComparison.Ordinal);
    }

    private async Task<RunningDemo> StartAsync(bool scheduled = false)
    {
        var people = new Dictionary<string, string> { ["operator"] = $"{_operator.Id}", ["approver"] = $"{_approver.Id}" };
        var demo = await RunningDemo.StartAsync(RunningDemo.Small with
        {
            Scheduled = scheduled,
            ReadyWithin = TimeSpan.FromSeconds(30),
            Chats = [new("discord", new Secret(_discord.Token), _discord.Url, people, $"{_ops.Id}")],
        });
        await _discord.WhenAsync(() => _discord.Connected && _discord.Commands().Count > 0, Patience);
        return demo;
    }

    /// <summary>Uses a command and returns the message that answers, once it begins so.</summary>
    private async Task<DiscordMessage> AskAsync(string begins, string command, params (string, object)[] options)
    {
        _discord.Invoke(_operator, _ops, command, options);
        return await _discord.MessageAsync(_ops, m => m.Text.StartsWith(begins, StringComparison.Ordinal), Patience);
    }

    private async Task<DiscordMessage> DeployAsync(string version)
    {
        _discord.Invoke(_operator, _ops, "deploy", ("target", "ghostwire"), ("version", version));
        return await _discord.MessageAsync(_ops, m => m.Buttons.Any(b => b.Label == "Approve"), Patience);
    }

    private async Task<DiscordMessage> DecideAsync(string version, string ends)
    {
        var plan = await DeployAsync(version);
        await ApproveAsync(plan);
        await _discord.WhenAsync(() => plan.Text.StartsWith(ends, StringComparison.Ordinal), Patience);
        return plan;
    }

    private async Task DenyAsync(string version, string reason)
    {
        var plan = await DeployAsync(version);
        var form = await _discord.Press(_approver, plan, "Deny").ModalAsync();
        Assert.EndsWith("is denied.", await _discord.Submit(form, ("reason", reason)).SaidAsync(), StringComparison.Ordinal);
        await _discord.WhenAsync(() => plan.Text.Contains(reason, StringComparison.Ordinal), Patience);
    }

    private async Task ApproveAsync(DiscordMessage plan) => Assert.EndsWith(
        "is approved and starts now.", await _discord.Press(_approver, plan, "Approve").SaidAsync(), StringComparison.Ordinal);
}
