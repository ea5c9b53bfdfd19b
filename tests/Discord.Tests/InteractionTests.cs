namespace ChatOps.Discord.Tests;

public sealed class InteractionTests
{
    [Fact]
    public async Task After_three_seconds_the_person_is_told_and_the_interaction_is_unknown()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(2.9));
        Assert.Null(asked.Failure);
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal("The application did not respond", asked.Failure);
        Assert.Equal(10062, await world.AnswerAsync(asked, new { type = 5 }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => asked.AcknowledgedAsync());
    }

    [Fact]
    public async Task It_is_answered_once_with_its_own_token_and_in_a_way_it_knows()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        var wrong = await world.Api.PostAsync($"interactions/{asked.Id}/other/callback", new { type = 5 });
        Assert.Equal((404, 10062), (wrong.Status, World.Code(wrong)));
        Assert.Equal(50035, await world.AnswerAsync(asked, new { type = 7, data = new { content = "x" } }));
        Assert.Equal(50006, await world.AnswerAsync(asked, new { type = 4, data = new { } }));
        Assert.Null(await world.AnswerAsync(asked, new { type = 4, data = new { content = "x", flags = 64 } }));
        Assert.Equal(40060, await world.AnswerAsync(asked, new { type = 5 }));
        Assert.True(asked.Ephemeral);
    }

    [Fact]
    public async Task The_token_lives_fifteen_minutes()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        Assert.Equal(10015, World.Code(await world.Api.GetAsync(world.Webhook(asked, "/messages/@original"))));
        await world.AnswerAsync(asked, new { type = 5 });
        await world.Time.AdvanceAsync(TimeSpan.FromMinutes(15));
        Assert.Null(World.Code(await world.Api.PatchAsync(world.Webhook(asked, "/messages/@original"), new { content = "late" })));
        await world.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        var dead = await world.Api.PostAsync(world.Webhook(asked), new { content = "later" });
        Assert.Equal((401, 50027), (dead.Status, World.Code(dead)));
    }

    [Fact]
    public async Task The_first_follow_up_takes_the_place_of_a_deferred_answer()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        await world.AnswerAsync(asked, new { type = 5, data = new { flags = 64 } });
        Assert.True(asked.Original!.Thinking);
        await world.Api.PostAsync(world.Webhook(asked), new { content = "done" });
        Assert.Equal(("done", true, false), (asked.Original.Content, asked.Original.Ephemeral, asked.Original.Thinking));
        var second = (await world.Api.PostAsync(world.Webhook(asked), new { content = "more" })).Body!;
        var path = world.Webhook(asked, $"/messages/{second["id"]}");
        await world.Api.PatchAsync(path, new { content = "most" });
        Assert.Equal(["more", "most"], Assert.Single(asked.FollowUps).Versions.Select(v => v.Content));
        await world.Api.DeleteAsync(path);
        Assert.Equal(10008, World.Code(await world.Api.GetAsync(path)));
    }

    [Fact]
    public async Task With_response_says_which_message_was_made()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        var path = $"interactions/{asked.Id}/{asked.Token}/callback?with_response=true";
        var body = (await world.Api.PostAsync(path, new { type = 4, data = new { content = "x" } })).Body!;
        Assert.Equal($"{asked.Original!.Id}", (string?)body["interaction"]!["response_message_id"]);
        Assert.Equal("x", (string?)body["resource"]!["message"]!["content"]);
    }

    [Fact]
    public async Task The_event_carries_a_member_in_a_guild_and_a_user_in_a_direct_message()
    {
        await using var world = await World.StartAsync();
        var role = world.Discord.AddRole(world.Guild, "ops", permissions: 8);
        world.Discord.Give(world.Guild, world.Ada, role);
        await using var bot = await world.IdentifyAsync();
        await world.GoAsync();
        var member = (await bot.EventAsync("INTERACTION_CREATE"))["member"]!;
        Assert.Equal(($"{world.Ada.Id}", $"{role.Id}"), ((string?)member["user"]!["id"], (string?)member["roles"]![0]));
        Assert.Equal($"{(1UL << 50) - 1}", (string?)member["permissions"]);
        world.Discord.Invoke(world.Ada, world.Discord.OpenDirectMessage(world.Ada), "go");
        var direct = await bot.EventAsync("INTERACTION_CREATE");
        Assert.Equal("ada", (string?)direct["user"]!["username"]);
        Assert.Null(direct["member"]);
    }

    [Fact]
    public async Task A_press_is_offered_only_where_a_button_is()
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        object[] buttons = [Button("Go", false), Button("Old", true)];
        var rows = new[] { new { type = 1, components = buttons } };
        await world.AnswerAsync(asked, new { type = 4, data = new { content = "x", components = rows } });
        var eve = world.Discord.AddPerson("eve");
        Assert.Throws<InvalidOperationException>(() => world.Discord.Press(world.Ada, asked.Original!, "Old"));
        Assert.Throws<InvalidOperationException>(() => world.Discord.Press(world.Ada, asked.Original!, "None"));
        Assert.Throws<InvalidOperationException>(() => world.Discord.Press(eve, asked.Original!, "Go"));
        var press = world.Discord.Press(world.Ada, asked.Original!, "Go");
        Assert.Null(await world.AnswerAsync(press, new { type = 6 }));
        await world.Api.PatchAsync(world.Webhook(press, "/messages/@original"), new { content = "y" });
        Assert.Equal("y", asked.Original!.Content);
    }

    [Theory]
    [InlineData("""{"custom_id":"m","title":"%46","components":[]}""", "data.title")]
    [InlineData("""{"custom_id":"m","title":"t","components":[]}""", "data.components")]
    [InlineData(
        """{"custom_id":"m","title":"t","components":[{"type":1,"components":[{"type":4,"custom_id":"a","style":1,"label":"%46"}]}]}""",
        "data.components.0.components.0.label")]
    [InlineData(
        """{"custom_id":"m","title":"t","components":[{"type":18,"label":"%46","component":{"type":4,"custom_id":"a","style":1}}]}""",
        "data.components.0.label")]
    public async Task A_form_beyond_a_limit_is_refused(string data, string field)
    {
        await using var world = await World.StartAsync();
        var asked = await world.GoAsync();
        var form = System.Text.Json.Nodes.JsonNode.Parse(data.Replace("%46", new string('x', 46), StringComparison.Ordinal));
        var (_, refusal) = await world.Api.PostAsync($"interactions/{asked.Id}/{asked.Token}/callback", new { type = 9, data = form });
        Assert.NotNull(field.Split('.').Aggregate(refusal!["errors"], (node, part) => node?[part])?["_errors"]);
        Assert.Null(asked.Modal);
    }

    [Fact]
    public async Task A_locked_thread_offers_nothing_and_commands_can_be_kept_from_people()
    {
        await using var world = await World.StartAsync();
        var admin = new { name = "admin", description = "x", default_member_permissions = "0" };
        var commands = new object[] { new { name = "go", description = "Go" }, admin };
        await world.Api.PutAsync($"applications/{world.Discord.BotId}/guilds/{world.Guild.Id}/commands", commands);
        Assert.Throws<InvalidOperationException>(() => world.Discord.Invoke(world.Ada, world.Ops, "admin"));
        world.Discord.Invoke(world.Guild.Owner, world.Ops, "admin");
        Assert.Throws<InvalidOperationException>(
            () => world.Discord.Invoke(world.Ada, world.Discord.OpenDirectMessage(world.Ada), "go"));
        var thread = world.Discord.AddThread(world.Ops, "incident");
        world.Discord.Archive(thread);
        Assert.Throws<InvalidOperationException>(() => world.Discord.Invoke(world.Ada, thread, "go"));
    }

    private static object Button(string label, bool disabled) => new { type = 2, style = 1, label, custom_id = label, disabled };
}
