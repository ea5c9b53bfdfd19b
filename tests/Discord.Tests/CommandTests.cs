using System.Text.Json.Nodes;

namespace ChatOps.Discord.Tests;

public sealed class CommandTests
{
    [Theory]
    [InlineData("""{"name":"Deploy","description":"d"}""", "0.name")]
    [InlineData("""{"name":"de ploy","description":"d"}""", "0.name")]
    [InlineData("""{"name":"d"}""", "0.description")]
    [InlineData("""{"name":"d","description":"%101"}""", "0.description")]
    [InlineData("""{"name":"d","description":"d","options":[{"type":3,"name":"A","description":"d"}]}""", "0.options.0.name")]
    [InlineData(
        """
        {"name":"d","description":"d",
         "options":[{"type":3,"name":"a","description":"d"},{"type":3,"name":"b","description":"d","required":true}]}
        """,
        "0.options.1")]
    [InlineData(
        """
        {"name":"d","description":"d",
         "options":[{"type":3,"name":"a","description":"d","autocomplete":true,"choices":[{"name":"x","value":"x"}]}]}
        """,
        "0.options.0.autocomplete")]
    [InlineData(
        """{"name":"d","description":"d","options":[{"type":4,"name":"a","description":"d","choices":[{"name":"x","value":"x"}]}]}""",
        "0.options.0.choices.0.value")]
    [InlineData(
        """{"name":"d","description":"d","options":[{"type":1,"name":"a","description":"d"},{"type":3,"name":"b","description":"d"}]}""",
        "0.options")]
    public async Task A_command_Discord_would_refuse_is_refused(string command, string field)
    {
        await using var world = await World.StartAsync();
        var body = JsonNode.Parse($"[{command.Replace("%101", new string('x', 101), StringComparison.Ordinal)}]")!;
        var (status, refusal) = await world.Api.PutAsync(Path(world), body);
        Assert.Equal((400, 50035), (status, (int)refusal!["code"]!));
        Assert.NotNull(field.Split('.').Aggregate(refusal["errors"], (node, part) => node?[part])?["_errors"]);
        Assert.Empty(world.Discord.Commands());
    }

    [Fact]
    public async Task A_command_keeps_its_id_when_it_is_registered_again()
    {
        await using var world = await World.StartAsync();
        var made = await world.Api.PostAsync(Path(world), new { name = "go", description = "Go" });
        var again = await world.Api.PostAsync(Path(world), new { name = "go", description = "Go on" });
        var all = (await world.Api.PutAsync(Path(world), new[] { new { name = "go", description = "Gone" } })).Body!;
        Assert.Equal((201, 200), (made.Status, again.Status));
        Assert.Equal(((string?)made.Body!["id"], (string?)made.Body["id"]), ((string?)again.Body!["id"], (string?)all[0]!["id"]));
        Assert.Equal("Gone", (string?)world.Discord.Commands()["go"]["description"]);
    }

    [Fact]
    public async Task One_command_is_edited_and_deleted_by_its_id()
    {
        await using var world = await World.StartAsync();
        var path = $"{Path(world)}/{(await world.Api.PostAsync(Path(world), new { name = "go", description = "Go" })).Body!["id"]}";
        Assert.Equal("Stop", (string?)(await world.Api.PatchAsync(path, new { description = "Stop" })).Body!["description"]);
        Assert.Equal(204, (await world.Api.DeleteAsync(path)).Status);
        Assert.Equal(10063, World.Code(await world.Api.GetAsync(path)));
    }

    [Fact]
    public async Task A_hundred_commands_are_the_most_and_twenty_five_options()
    {
        await using var world = await World.StartAsync();
        object[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => new { type = 3, name = $"c{i}", description = "d" })];
        object Command(int options) => new { name = "go", description = "Go", options = Many(options) };
        var tooMany = Enumerable.Range(0, 101).Select(i => new { name = $"c{i}", description = "d" });
        Assert.Equal(30032, World.Code(await world.Api.PutAsync(Path(world), tooMany)));
        Assert.Equal(50035, World.Code(await world.Api.PutAsync(Path(world), new[] { Command(26) })));
        Assert.Null(World.Code(await world.Api.PutAsync(Path(world), new[] { Command(25) })));
    }

    [Fact]
    public async Task Commands_belong_to_the_bots_own_application_and_its_guilds()
    {
        await using var world = await World.StartAsync();
        Assert.Equal(403, (await world.Api.GetAsync("applications/1/commands")).Status);
        Assert.Equal(50001, World.Code(await world.Api.GetAsync($"applications/{world.Discord.BotId}/guilds/1/commands")));
        Assert.Equal(401, (await world.Api.SendAsync(HttpMethod.Get, Path(world), token: "Bot nonsense")).Status);
    }

    private static string Path(World world) => $"applications/{world.Discord.BotId}/commands";
}
