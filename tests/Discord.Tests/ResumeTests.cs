using System.Text.Json.Nodes;

namespace ChatOps.Discord.Tests;

public sealed class ResumeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_resumes_gets_what_was_missed_in_order_with_the_numbers_it_had(bool compressed)
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync(compressed);
        await bot.EventAsync("GUILD_CREATE");
        world.Discord.CutGateway();
        await world.Discord.WhenAsync(() => !world.Discord.Connected);
        for (var i = 1; i <= 3; i++) world.Discord.Publish("MISSED", new JsonObject { ["n"] = i });
        await using var again = await world.ConnectAsync(compressed, bot.Resumable.Url);
        await again.ResumeAsync(world.Discord.Token, bot.Resumable.Session, bot.Sequence);
        for (var i = 1; i <= 3; i++) Assert.Equal((i, 2 + i), (await NumberAsync(again), again.Sequence));
        await again.EventAsync("RESUMED");
        Assert.Equal((1, 2), (world.Discord.Sessions.Single().Resumed, world.Discord.Sessions[0].Connections.Count));
    }

    [Fact]
    public async Task A_sequence_that_never_was_closes_and_an_unknown_session_is_invalid()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        await using var ahead = await world.ConnectAsync(url: bot.Resumable.Url);
        await ahead.ResumeAsync(world.Discord.Token, bot.Resumable.Session, 99);
        Assert.Equal(4007, await ahead.CloseCodeAsync());
        await using var lost = await world.ConnectAsync(url: bot.Resumable.Url);
        await lost.ResumeAsync(world.Discord.Token, "nobody", 1);
        Assert.False((bool)(await lost.UntilAsync(p => (int)p["op"]! == 9))["d"]!);
    }

    [Fact]
    public async Task Resuming_elsewhere_than_told_is_noticed()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        world.Discord.CutGateway();
        await using var again = await world.ConnectAsync();
        await again.ResumeAsync(world.Discord.Token, bot.Resumable.Session, bot.Sequence);
        Assert.False((bool)(await again.UntilAsync(p => (int)p["op"]! == 9))["d"]!);
        Assert.Contains("instead of its resume_gateway_url", Assert.Single(world.Discord.Violations));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(4000, false)]
    public async Task A_normal_close_ends_the_session_and_another_does_not(int code, bool ends)
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        await bot.CloseAsync(code);
        await world.Discord.WhenAsync(() => world.Discord.Connections[0].BotClosedWith == code);
        await world.Discord.WhenAsync(() => world.Discord.Sessions.Single().Ended == ends && !world.Discord.Connected);
    }

    [Fact]
    public async Task A_session_nobody_resumes_for_minutes_is_gone()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        world.Discord.CutGateway();
        await world.Discord.WhenAsync(() => !world.Discord.Connected);
        await world.Time.AdvanceAsync(TimeSpan.FromMinutes(3));
        await using var again = await world.ConnectAsync(url: bot.Resumable.Url);
        await again.ResumeAsync(world.Discord.Token, bot.Resumable.Session, bot.Sequence);
        Assert.Equal(9, (int)(await again.UntilAsync(_ => true))["op"]!);
    }

    [Fact]
    public async Task An_interaction_can_come_twice_as_new_or_with_the_number_it_had()
    {
        await using var world = await World.StartAsync();
        await using var bot = await world.IdentifyAsync();
        var asked = await world.GoAsync();
        await bot.EventAsync("INTERACTION_CREATE");
        var first = bot.Sequence;
        world.Discord.Resend(asked);
        Assert.Equal($"{asked.Id}", (string?)(await bot.EventAsync("INTERACTION_CREATE"))["id"]);
        Assert.Equal(first + 1, bot.Sequence);
        world.Discord.Resend(asked, withOldSequence: true);
        await bot.EventAsync("INTERACTION_CREATE");
        Assert.Equal(first, bot.Sequence);
    }

    private static async Task<int> NumberAsync(GatewayClient bot) => (int)(await bot.EventAsync("MISSED"))["n"]!;
}
