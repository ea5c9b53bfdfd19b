using System.Text.Json.Nodes;
using ChatOps.Bot.Platforms.Discord;
using ChatOps.Testing.Discord;

namespace ChatOps.Bot.Tests.Platforms;

public sealed class GatewaySocketTests
{
    [Fact]
    public async Task Whoever_sends_as_the_connection_is_thrown_away_is_not_hurt()
    {
        await using var discord = await DiscordSimulator.StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var socket = await GatewaySocket.OpenAsync(
                new UriBuilder(discord.Url) { Scheme = "ws", Path = "/gateway" }.Uri, TestContext.Current.CancellationToken);
            var large = new JsonObject { ["op"] = 3, ["d"] = new string('x', 3000) };
            var senders = Enumerable.Range(0, 8)
                .Select(_ => Task.Run(() => socket.SendAsync(large, TestContext.Current.CancellationToken)));
            var sending = Task.WhenAll(senders.ToArray());
            socket.Dispose();
            await sending;
            await socket.SendAsync(large, TestContext.Current.CancellationToken);
        }
    }
}
