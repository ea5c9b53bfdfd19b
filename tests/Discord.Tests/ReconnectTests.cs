using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

/// <summary>discord.js through everything that happens to a connection.</summary>
public sealed class ReconnectTests : IAsyncLifetime
{
    private DiscordSimulator _discord = null!;
    private DiscordChannel _ops = null!;
    private DiscordPerson _ada = null!;
    private DiscordJsBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        Node.Needed();
        _discord = await DiscordSimulator.StartAsync(new() { IdentifyEvery = TimeSpan.FromSeconds(1) });
        var guild = _discord.AddGuild("Ghosts");
        _ops = _discord.AddTextChannel(guild, "ops");
        _ada = _discord.AddPerson("ada", guild);
        _bot = await DiscordJsBot.StartAsync(_discord.Url, _discord.Token, guild);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bot is not null) await _bot.DisposeAsync();
        if (_discord is not null) await _discord.DisposeAsync();
    }

    [Fact]
    public async Task DiscordJs_resumes_after_a_cut_and_answers_what_it_missed()
    {
        _discord.CutGateway();
        var missed = _discord.Invoke(_ada, _ops, "secret");
        Assert.Equal("Only you", (await missed.AnswerAsync()).Content);
        Assert.Equal((1, 2), (_discord.Sessions.Single().Resumed, _discord.Connections.Count));
        Assert.EndsWith("/resume-1", _discord.Connections[1].Path);
        Assert.Empty(_discord.Violations);
    }

    [Fact]
    public async Task DiscordJs_reconnects_when_asked_and_when_closed_by_a_code()
    {
        _discord.AskToReconnect();
        await _discord.WhenAsync(() => _discord.Sessions[0].Resumed == 1);
        _discord.CloseGateway(4000);
        await _discord.WhenAsync(() => _discord.Sessions[0].Resumed == 2);
        _discord.InvalidateSession(resumable: true);
        await _discord.WhenAsync(() => _discord.Sessions[0].Resumed == 3);
        Assert.Equal("Only you", (await _discord.Invoke(_ada, _ops, "secret").AnswerAsync()).Content);
    }

    [Fact]
    public async Task DiscordJs_identifies_afresh_when_its_session_is_invalid()
    {
        _discord.InvalidateSession();
        await _discord.WhenAsync(() => _discord is { Connected: true, Sessions.Count: 2 });
        Assert.Equal("Only you", (await _discord.Invoke(_ada, _ops, "secret").AnswerAsync()).Content);
    }

    [Fact]
    public async Task DiscordJs_gives_up_when_its_token_is_refused()
    {
        _discord.CloseGateway(4004);
        await _bot.SaysAsync(line => line == "disconnected 4004");
    }

    [Fact]
    public async Task DiscordJs_comes_back_when_Discord_does()
    {
        await _discord.StopListeningAsync();
        await _discord.ListenAgainAsync();
        await _discord.WhenAsync(() => _discord.Connected);
        Assert.Equal("Only you", (await _discord.Invoke(_ada, _ops, "secret").AnswerAsync()).Content);
    }
}
