using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Discord;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>How the connection to the Gateway ends, and what comes after it.</summary>
public sealed class DiscordGatewayTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private DiscordSimulator _discord = null!;
    private DiscordPerson _ann = null!;
    private DiscordChannel _ops = null!;

    public async ValueTask InitializeAsync() => await RestartAsync(new() { Time = _time });

    public ValueTask DisposeAsync() => _discord.DisposeAsync();

    public static TheoryData<string> Ends => ["cut", "reconnect", "resumable", "4000", "4002", "4008", "zombie"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_session_is_resumed_and_what_happened_meanwhile_is_heard(string end)
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        await EndAsync(end);
        _discord.Invoke(_ann, _ops, "help");
        await PassUntilAsync(() => !line.Typed.IsEmpty);
        Assert.Equal((1, 1), (_discord.Sessions.Count, _discord.Sessions[0].Resumed));
        Assert.Single(line.Typed);
        Assert.Empty(_discord.Violations);
    }

    public static TheoryData<string> FreshStarts => ["invalid", "forgotten", "4007", "4009"];

    [Theory]
    [MemberData(nameof(FreshStarts))]
    public async Task A_session_that_is_gone_is_begun_anew(string end)
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        await EndAsync(end);
        await PassUntilAsync(() => _discord.Sessions.Count == 2 && _discord.Sessions[1].Connected);
        _discord.Invoke(_ann, _ops, "help");
        await PassUntilAsync(() => !line.Typed.IsEmpty);
        Assert.Empty(_discord.Violations);
    }

    [Theory]
    [InlineData(4004)]
    [InlineData(4013)]
    [InlineData(4014)]
    public async Task What_only_a_person_can_mend_is_not_tried_again_and_again(int code)
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        _discord.CloseGateway(code);
        await PassUntilAsync(() => !line.Gateway.Connected);
        for (var minute = 0; minute < 9; minute++) await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(_discord.Connections);
        await PassUntilAsync(() => line.Gateway.Connected);
    }

    [Fact]
    public async Task A_wrong_token_is_not_sent_again_and_again()
    {
        await RestartAsync(new() { Time = _time, Token = "another" });
        var right = _discord;
        await using var wrong = await DiscordSimulator.StartAsync(new() { Time = _time });
        right.FailNext(DiscordFault.Refuse(401, 0, "401: Unauthorized"), times: 1000);
        using var calls = new RequestsUnderWay(right.Url.Port);
        await using var line = DiscordLine.Start(right, time: _time);
        await right.WhenAsync(() => right.Calls.Count >= 2);
        for (var minute = 0; minute < 9; minute++)
        {
            // One that took a minute would be given up and made again.
            await calls.NoneAsync();
            await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        }
        Assert.InRange(right.Calls.Count, 2, 6);
    }

    [Fact]
    public async Task A_bot_that_is_away_for_minutes_comes_back_by_itself()
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        await _discord.StopListeningAsync();
        for (var second = 0; second < 300; second++) await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        await _discord.ListenAgainAsync();
        await PassUntilAsync(() => line.Gateway.Connected);
        _discord.Invoke(_ann, _ops, "help");
        await PassUntilAsync(() => !line.Typed.IsEmpty);
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task No_more_sessions_are_begun_than_Discord_allows()
    {
        await RestartAsync(new() { Time = _time, SessionStarts = 1 });
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        _discord.InvalidateSession();
        await PassUntilAsync(() => _discord.Calls.Count(c => c.Path.EndsWith("gateway/bot", StringComparison.Ordinal)) == 2);
        for (var minute = 0; minute < 30; minute++) await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(_discord.Sessions);
        Assert.False(_discord.TokenReset);
    }

    [Fact]
    public async Task Large_events_unknown_ones_and_a_request_for_a_heartbeat_are_taken()
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        _discord.Publish("SOMETHING_NEW", new JsonObject { ["text"] = new string('x', 3_000_000) });
        _discord.Publish("INTERACTION_CREATE", new JsonObject { ["id"] = 7, ["type"] = "what" });
        var beats = _discord.Sessions[0].Heartbeats;
        _discord.AskForHeartbeat();
        _discord.Invoke(_ann, _ops, "help");
        await PassUntilAsync(() => !line.Typed.IsEmpty && _discord.Sessions[0].Heartbeats > beats);
        Assert.Single(_discord.Connections);
    }

    [Fact]
    public async Task An_event_delivered_again_is_handled_once()
    {
        await using var line = await DiscordLine.StartAsync(_discord, time: _time);
        var slow = new TaskCompletionSource();
        line.OnTyped = _ => slow.Task;
        var asked = _discord.Invoke(_ann, _ops, "help");
        _discord.Resend(asked);
        _discord.Resend(asked, withOldSequence: true);
        _discord.Invoke(_ann, _ops, "run", ("number", 1L));
        await PassUntilAsync(() => line.Typed.Any(t => t.Text == "/run 1"));
        slow.SetResult();
        Assert.Single(line.Typed, t => t.Text == "/help");
    }

    private async Task RestartAsync(DiscordSimulatorOptions options)
    {
        if (_discord is not null) await _discord.DisposeAsync();
        _discord = await DiscordSimulator.StartAsync(options);
        var guild = _discord.AddGuild("team");
        (_ann, _ops) = (_discord.AddPerson("ann", guild), _discord.AddTextChannel(guild, "ops"));
    }

    private async Task EndAsync(string end)
    {
        switch (end)
        {
            case "cut":
                _discord.CutGateway();
                break;
            case "reconnect":
                _discord.AskToReconnect();
                break;
            case "resumable" or "invalid":
                _discord.InvalidateSession(resumable: end == "resumable");
                break;
            case "forgotten":
                _discord.ForgetSessions();
                break;
            case "zombie":
                _discord.AcknowledgesHeartbeats = false;
                var connections = _discord.Connections.Count;
                await PassUntilAsync(() => _discord.Connections.Count > connections);
                _discord.AcknowledgesHeartbeats = true;
                break;
            default:
                _discord.CloseGateway(int.Parse(end, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private Task PassUntilAsync(Func<bool> condition) => Eventually.TrueAsync("it happens as time passes", async () =>
    {
        if (!condition()) await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        return condition();
    });
}
