using System.Text.Json.Nodes;
using ChatOps.Testing;
using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

/// <summary>A Discord on a clock moved by hand, with a guild, a channel, one person and a caller.</summary>
internal sealed class World : IAsyncDisposable
{
    private World(DiscordSimulator discord, ManualTime time)
    {
        (Discord, Time, Api) = (discord, time, new(discord));
        Guild = discord.AddGuild("Ghosts");
        Ops = discord.AddTextChannel(Guild, "ops");
        Ada = discord.AddPerson("ada", Guild);
    }

    public DiscordSimulator Discord { get; }

    public ManualTime Time { get; }

    public Caller Api { get; }

    public DiscordGuild Guild { get; }

    public DiscordChannel Ops { get; }

    public DiscordPerson Ada { get; }

    public string OpsMessages => $"channels/{Ops.Id}/messages";

    public static Task<World> StartAsync(DiscordLimits? limits = null) => StartAsync(new DiscordSimulatorOptions(), limits);

    public static async Task<World> StartAsync(DiscordSimulatorOptions options, DiscordLimits? limits = null)
    {
        var time = new ManualTime();
        return new(await DiscordSimulator.StartAsync(options with { Time = time, Limits = limits ?? DiscordLimits.Off }), time);
    }

    /// <summary>Registers /go and uses it.</summary>
    public async Task<DiscordInteraction> GoAsync()
    {
        if (!Discord.Commands().ContainsKey("go"))
            await Api.PutAsync($"applications/{Discord.BotId}/commands", new[] { new { name = "go", description = "Go" } });
        return Discord.Invoke(Ada, Ops, "go");
    }

    /// <summary>Answers an interaction for the first time; the error code, or null.</summary>
    public async Task<int?> AnswerAsync(DiscordInteraction interaction, object answer) =>
        Code(await Api.PostAsync($"interactions/{interaction.Id}/{interaction.Token}/callback", answer));

    /// <summary>The path of what follows an interaction's first answer.</summary>
    public string Webhook(DiscordInteraction interaction, string tail = "") => $"webhooks/{Discord.BotId}/{interaction.Token}{tail}";

    public static int? Code((int Status, JsonNode? Body) answer) => answer.Status < 300 ? null : (int?)answer.Body?["code"];

    public Task<GatewayClient> ConnectAsync(bool compressed = false, string? url = null) =>
        GatewayClient.ConnectAsync(url ?? $"ws://{Discord.Url.Authority}/gateway", compressed);

    public async Task<GatewayClient> IdentifyAsync(bool compressed = false, int intents = 1)
    {
        var client = await ConnectAsync(compressed);
        await client.IdentifyAsync(Discord.Token, intents);
        await client.EventAsync("READY");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Discord.DisposeAsync();
    }
}
