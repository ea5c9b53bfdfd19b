using System.Text.Json.Nodes;
using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

public sealed class GatewayTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_starts_with_ready_and_its_guilds_plain_or_compressed(bool compressed)
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.ConnectAsync(compressed);
        await bot.IdentifyAsync(world.Discord.Token);
        var ready = await bot.EventAsync("READY");
        Assert.True((bool)ready["guilds"]![0]!["unavailable"]!);
        Assert.Equal("ops", (string?)(await bot.EventAsync("GUILD_CREATE"))["channels"]![0]!["name"]);
        world.Discord.Publish("LARGE", new JsonObject { ["text"] = Noise(100_000) });
        Assert.Equal(Noise(100_000), (string?)(await bot.EventAsync("LARGE"))["text"]);
        Assert.True(bot.Frames > 6);
        Assert.Equal(compressed, world.Discord.Connections.Single().Compressed);
    }

    [Theory]
    [InlineData("""{"op":1,"d":null}{""", 4002)]
    [InlineData("""{"d":1}""", 4002)]
    [InlineData("""{"op":99,"d":null}""", 4001)]
    [InlineData("""{"op":3,"d":{}}""", 4003)]
    [InlineData("""{"op":2,"d":{"token":"x","intents":1,"properties":{}}}""", 4004)]
    public async Task What_must_not_be_said_first_closes_the_connection(string payload, int code)
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.ConnectAsync();
        await bot.SendAsync(payload);
        Assert.Equal(code, await bot.CloseCodeAsync());
        Assert.Equal(code, world.Discord.Connections.Single().ClosedWith);
    }

    [Theory]
    [InlineData(1 << 17, 4013)]
    [InlineData(1 << 15, 4014)]
    public async Task Intents_are_checked(int intents, int code)
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.ConnectAsync();
        await bot.IdentifyAsync(world.Discord.Token, intents);
        Assert.Equal(code, await bot.CloseCodeAsync());
    }

    [Fact]
    public async Task Too_large_too_often_and_twice_are_refused()
    {
        await using var world = await World.StartAsync(new DiscordSimulatorOptions { IdentifyEvery = TimeSpan.Zero });
        await using var large = await world.IdentifyAsync();
        await large.SendAsync(1, new string('x', 4096));
        Assert.Equal(4002, await large.CloseCodeAsync());
        await using var often = await world.IdentifyAsync();
        for (var i = 0; i < 120; i++) await often.SendAsync(1, i);
        Assert.Equal(4008, await often.CloseCodeAsync());
        await using var twice = await world.IdentifyAsync();
        await twice.IdentifyAsync(world.Discord.Token);
        Assert.Equal(4005, await twice.CloseCodeAsync());
    }

    [Fact]
    public async Task Heartbeats_are_acknowledged_and_who_sends_none_is_closed()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(60));
        await bot.SendAsync(1, 2);
        await bot.UntilAsync(p => (int)p["op"]! == 11);
        Assert.Equal(2, world.Discord.Connections.Single().HeartbeatSequence);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.True(world.Discord.Connected);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(4009, await bot.CloseCodeAsync());
    }

    [Fact]
    public async Task The_gateway_asks_for_a_heartbeat_and_can_stop_answering_them()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        world.Discord.AskForHeartbeat();
        await bot.UntilAsync(p => (int)p["op"]! == 1);
        world.Discord.AcknowledgesHeartbeats = false;
        await bot.SendAsync(1, null);
        await world.Discord.WhenAsync(() => world.Discord.Sessions[0].Heartbeats == 1);
        world.Discord.AskToReconnect();
        Assert.Equal(7, (int)(await bot.UntilAsync(p => (int)p["op"]! is not 0))["op"]!);
    }

    [Fact]
    public async Task A_second_identify_within_five_seconds_gets_an_invalid_session()
    {
        await using var world = await World.StartAsync();
        await using var first = await world.IdentifyAsync();
        await using var second = await world.ConnectAsync();
        await second.IdentifyAsync(world.Discord.Token);
        Assert.False((bool)(await second.UntilAsync(p => (int)p["op"]! == 9))["d"]!);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(5));
        await second.IdentifyAsync(world.Discord.Token);
        await second.EventAsync("READY");
    }

    [Fact]
    public async Task The_starts_of_a_day_are_counted_and_too_many_cost_the_token()
    {
        await using var world = await World.StartAsync(new DiscordSimulatorOptions { SessionStarts = 1, IdentifyEvery = TimeSpan.Zero });
        await using var first = await world.IdentifyAsync();
        var limit = (await world.Api.GetAsync("gateway/bot")).Body!["session_start_limit"]!;
        Assert.Equal((0, 86_400_000, 1), ((int)limit["remaining"]!, (int)limit["reset_after"]!, (int)limit["max_concurrency"]!));
        await using var second = await world.ConnectAsync();
        await second.IdentifyAsync(world.Discord.Token);
        Assert.Equal(4004, await second.CloseCodeAsync());
        Assert.Equal(4004, await first.CloseCodeAsync());
        Assert.Equal(401, (await world.Api.GetAsync("users/@me")).Status);
    }

    [Fact]
    public async Task A_presence_is_kept_and_a_connection_can_be_refused()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        await bot.SendAsync("""{"op":3,"d":{"since":null,"activities":[],"status":"dnd","afk":false}}""");
        await world.Discord.WhenAsync(() => world.Discord.Sessions[0].Presences.Count == 1);
        world.Discord.RefusesGateway = true;
        await Assert.ThrowsAnyAsync<System.Net.WebSockets.WebSocketException>(() => world.ConnectAsync());
    }

    private static string Noise(int length) =>
        string.Concat(Enumerable.Range(0, length / 8).Select(i => $"{(uint)(i * 2654435761):x8}"));
}
