using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ChatOps.Testing.Discord;

namespace ChatOps.Discord.Tests;

public sealed class MessageTests
{
    private const string First = "components.0.components.0";

    public static TheoryData<string, string, string> Refused { get; } = new()
    {
        { Json("content", new string('x', 2001)), "content", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"title":"%257"}]}""", "embeds.0.title", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"description":"%4097"}]}""", "embeds.0.description", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"footer":{"text":"%2049"}}]}""", "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"author":{"name":"%257"}}]}""", "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"fields":[{"name":"n","value":"%1025"}]}]}""", "embeds.0.fields.0.value", "BASE_TYPE_MAX_LENGTH" },
        { """{"embeds":[{"fields":[{"name":"","value":"v"}]}]}""", "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED" },
        { """{"embeds":[{"description":"%4096"},{"description":"%1905"}]}""", "embeds", "MAX_EMBED_SIZE_EXCEEDED" },
        { """{"embeds":[{},{},{},{},{},{},{},{},{},{},{}]}""", "embeds", "BASE_TYPE_BAD_LENGTH" },
        { Row("""{"type":2,"style":1,"label":"%81","custom_id":"a"}"""), $"{First}.label", "BASE_TYPE_MAX_LENGTH" },
        { Row("""{"type":2,"style":1,"custom_id":"%101","label":"a"}"""), $"{First}.custom_id", "BASE_TYPE_MAX_LENGTH" },
        { Row("""{"type":2,"style":1,"label":"a"}"""), First, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED" },
        { Row(string.Join(',', Enumerable.Range(0, 6).Select(Button))), "components.0.components", "BASE_TYPE_BAD_LENGTH" },
        { Row($"{Button(1)},{Button(1)}"), "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED" },
        { """{"content":"x","flags":64}""", "flags", "MESSAGE_FLAGS_INVALID" },
        { """{"content":"x","nonce":"12345678901234567890123456"}""", "nonce", "NONCE_TYPE_TOO_LONG" },
        {
            """{"content":"x","allowed_mentions":{"parse":["users"],"users":["1"]}}""",
            "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_message_beyond_a_limit_is_refused_and_the_field_is_named(string body, string field, string code)
    {
        await using var world = await World.StartAsync();
        var (status, refusal) = await world.Api.PostAsync(world.OpsMessages, JsonNode.Parse(Long(body))!);
        Assert.Equal((400, 50035), (status, (int)refusal!["code"]!));
        var at = field.Split('.').Aggregate(refusal["errors"], (node, part) => node![part]);
        Assert.Equal(code, (string?)at!["_errors"]![0]!["code"]);
        Assert.Empty(world.Ops.Messages);
    }

    [Theory]
    [InlineData("""{"content":"%2000"}""")]
    [InlineData("""{"embeds":[{"title":"%256","description":"%4096","footer":{"text":"%1648"}}]}""")]
    public async Task A_message_at_its_limit_is_taken(string body)
    {
        await using var world = await World.StartAsync();
        Assert.Equal(200, (await world.Api.PostAsync(world.OpsMessages, JsonNode.Parse(Long(body))!)).Status);
    }

    [Theory]
    [InlineData("""{}""", 50006)]
    [InlineData("""{"content":"  "}""", 50006)]
    [InlineData("""[]""", 50109)]
    public async Task An_empty_message_is_none(string body, int code)
    {
        await using var world = await World.StartAsync();
        Assert.Equal(code, World.Code(await world.Api.PostAsync(world.OpsMessages, JsonNode.Parse(body)!)));
    }

    [Fact]
    public async Task Whom_a_message_pings_depends_on_what_it_allows()
    {
        await using var world = await World.StartAsync();
        var role = world.Discord.AddRole(world.Guild, "ops");
        var content = $"@everyone @here {world.Ada.Mention} {role.Mention}";
        foreach (var allowed in new[] { "null", """{"parse":[]}""", $$"""{"parse":["roles"],"users":["{{world.Ada.Id}}"]}""" })
            await world.Api.PostAsync(world.OpsMessages, new { content, allowed_mentions = JsonNode.Parse(allowed) });
        var pinged = world.Ops.Messages.Select(m => string.Join(' ', m.Pinged));
        Assert.Equal([content, "", $"{world.Ada.Mention} {role.Mention}"], pinged);
    }

    [Fact]
    public async Task A_nonce_said_again_gives_the_message_first_made_for_some_minutes()
    {
        await using var world = await World.StartAsync();
        async Task<string?> SendAsync(bool enforce) => (string?)(await world.Api.PostAsync(
            world.OpsMessages, new { content = "once", nonce = "n-1", enforce_nonce = enforce })).Body!["id"];
        var first = await SendAsync(true);
        Assert.Equal(first, await SendAsync(true));
        await world.Time.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.NotEqual(first, await SendAsync(true));
        await SendAsync(false);
        Assert.Equal(3, world.Ops.Messages.Count);
    }

    [Fact]
    public async Task An_edit_leaves_alone_what_it_does_not_name_and_a_deleted_message_is_unknown()
    {
        await using var world = await World.StartAsync();
        var made = new { content = "a", embeds = new[] { new { title = "t" } } };
        var path = $"{world.OpsMessages}/{(await world.Api.PostAsync(world.OpsMessages, made)).Body!["id"]}";
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        var edited = (await world.Api.PatchAsync(path, new { content = "b" })).Body!;
        Assert.Equal(("b", "t"), ((string?)edited["content"], (string?)edited["embeds"]![0]!["title"]));
        Assert.Equal("2026-11-21T10:00:01.000000+00:00", (string?)edited["edited_timestamp"]);
        Assert.Equal(50006, World.Code(await world.Api.PatchAsync(path, new { content = "", embeds = Array.Empty<object>() })));
        Assert.Equal(204, (await world.Api.DeleteAsync(path)).Status);
        Assert.Equal(10008, World.Code(await world.Api.PatchAsync(path, new { content = "c" })));
        Assert.Equal(10008, World.Code(await world.Api.GetAsync(path)));
    }

    [Fact]
    public async Task A_closed_channel_an_unknown_one_and_a_person_without_open_door_refuse()
    {
        await using var world = await World.StartAsync();
        async Task<int?> SendAsync(DiscordChannel channel) =>
            World.Code(await world.Api.PostAsync($"channels/{channel.Id}/messages", new { content = "x" }));
        world.Discord.Let(world.Ops, BotAccess.Reads);
        Assert.Equal(50013, await SendAsync(world.Ops));
        world.Discord.Let(world.Ops, BotAccess.None);
        Assert.Equal(50001, await SendAsync(world.Ops));
        world.Discord.Delete(world.Ops);
        Assert.Equal(10003, await SendAsync(world.Ops));
        var direct = (await world.Api.PostAsync("users/@me/channels", new { recipient_id = $"{world.Ada.Id}" })).Body!;
        var door = world.Discord.OpenDirectMessage(world.Ada);
        Assert.Equal($"{door.Id}", (string?)direct["id"]);
        world.Discord.Let(door, BotAccess.None);
        Assert.Equal(50007, await SendAsync(door));
    }

    [Fact]
    public async Task An_archived_thread_wakes_up_when_written_in_but_not_when_locked_or_edited()
    {
        await using var world = await World.StartAsync();
        var thread = world.Discord.AddThread(world.Ops, "incident");
        var path = $"channels/{thread.Id}/messages";
        var id = (string)(await world.Api.PostAsync(path, new { content = "a" })).Body!["id"]!;
        world.Discord.Archive(thread);
        Assert.Equal(50083, World.Code(await world.Api.PatchAsync($"{path}/{id}", new { content = "b" })));
        Assert.Equal(200, (await world.Api.PostAsync(path, new { content = "c" })).Status);
        Assert.False(thread.Archived);
        world.Discord.Archive(thread, locked: true);
        Assert.Equal(50083, World.Code(await world.Api.PostAsync(path, new { content = "d" })));
    }

    [Fact]
    public async Task A_file_can_be_fetched_where_the_message_says()
    {
        await using var world = await World.StartAsync();
        using var form = new MultipartFormDataContent
        {
            { JsonContent.Create(new { attachments = new[] { new { id = 0, filename = "a.log", description = "log" } } }), "payload_json" },
            { new ByteArrayContent("line\n"u8.ToArray()), "files[0]", "a.log" },
        };
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("Authorization", $"Bot {world.Discord.Token}");
        using var answer = await http.PostAsync($"{world.Discord.Url}api/v10/{world.OpsMessages}", form);
        var url = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["attachments"]![0]!["url"]!;
        Assert.Equal("line\n", await http.GetStringAsync(url));
        Assert.Contains("User-Agent", Assert.Single(world.Discord.Violations));
    }

    private static string Json(string name, string value) => new JsonObject { [name] = value }.ToJsonString();

    private static string Button(int i) => $$"""{"type":2,"style":1,"label":"a","custom_id":"b{{i}}"}""";

    private static string Row(string buttons) => $$"""{"components":[{"type":1,"components":[{{buttons}}]}]}""";

    /// <summary>"%81" stands for 81 characters.</summary>
    private static string Long(string body) =>
        System.Text.RegularExpressions.Regex.Replace(body, "%([0-9]+)", m => new string('x', int.Parse(m.Groups[1].Value)));
}
