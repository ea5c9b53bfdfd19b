using ChatOps.Bot.Tests.Support;
using ChatOps.Testing.Discord;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The whole bot, spoken to on Discord: what the other platforms do not have.</summary>
public sealed class DiscordBotTests(Clusters clusters) : IAsyncLifetime
{
    private DiscordSimulator _discord = null!;
    private DiscordGuild _guild = null!;
    private DiscordChannel _ops = null!;

    public async ValueTask InitializeAsync()
    {
        _discord = await DiscordSimulator.StartAsync();
        _guild = _discord.AddGuild("team");
        _ops = _discord.AddTextChannel(_guild, "ops");
    }

    public ValueTask DisposeAsync() => _discord.DisposeAsync();

    [Fact]
    public async Task The_bot_is_ready_only_once_it_has_reached_discord()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await _discord.StopListeningAsync();
        await using var bot = await BeginAsync(place, text => text);
        Assert.Equal(["discord"], bot.Awaited);
        await _discord.ListenAgainAsync();
        await bot.ReadyAsync();
    }

    [Fact]
    public async Task Roles_of_the_server_give_roles_of_ours_and_lose_them_again()
    {
        var (operators, approvers) = (_discord.AddRole(_guild, "operators"), _discord.AddRole(_guild, "approvers"));
        var (gil, pat) = (_discord.AddPerson("gil", _guild), _discord.AddPerson("pat", _guild));
        _discord.Give(_guild, gil, operators, approvers);
        _discord.Give(_guild, pat, approvers);
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await StartAsync(place, text => text
            .Replace("operator: { may", $"operator: {{ discord: ['{operators.Id}'], may", StringComparison.Ordinal)
            .Replace("approver: { may", $"approver: {{ discord: ['{approvers.Id}'], may", StringComparison.Ordinal));
        _discord.Invoke(gil, _ops, "deploy", ("target", "shop"), ("version", "2"));
        var plan = await _discord.MessageAsync(_ops, m => m.Buttons.Any());
        Assert.Contains(
            "and cannot approve it", await _discord.Press(gil, plan, "Approve").SaidAsync(), StringComparison.Ordinal);
        _discord.Give(_guild, pat);
        Assert.StartsWith(
            "I do not know you", await _discord.Press(pat, plan, "Approve").SaidAsync(), StringComparison.Ordinal);
        _discord.Give(_guild, pat, approvers);
        Assert.Equal("Change 1 is approved and starts now.", await _discord.Press(pat, plan, "Approve").SaidAsync());
        await _discord.WhenAsync(() => plan.Text.StartsWith('✅'));
        Assert.Contains($"pat (discord {pat.Id})", await place.KubectlAsync("get change change-1 -o yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_completed_from_what_is_live_and_what_one_may_see()
    {
        var (ann, dan, eve) = (_discord.AddPerson("ann", _guild), _discord.AddPerson("dan", _guild), _discord.AddPerson("eve", _guild));
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await StartAsync(place, text => text
            .Replace("web: ann,", $"web: ann, discord: '{ann.Id}',", StringComparison.Ordinal)
            .Replace("web: dan,", $"web: dan, discord: '{dan.Id}',", StringComparison.Ordinal));
        Assert.Equal(["home", "shop"], await ValuesAsync(ann, "status", ("target", "")));
        Assert.Equal(["home"], await ValuesAsync(ann, "status", ("target", "ho")));
        Assert.Equal(["shop"], await ValuesAsync(dan, "status", ("target", "")));
        Assert.Empty(await ValuesAsync(eve, "status", ("target", "")));
        var revisions = await _discord.AutocompleteAsync(ann, _ops, "rollback", ("target", "shop"), ("revision", ""));
        Assert.Contains(revisions, c => c.Name.Contains("live", StringComparison.Ordinal) && c.Value.ToString() == "1");
        Assert.Empty(await ValuesAsync(ann, "status", ("target", "\"; /deploy shop 2")));
    }

    private async Task<BotUnderTest> StartAsync(Place place, Func<string, string> with)
    {
        var bot = await BeginAsync(place, with);
        await _discord.WhenAsync(() => _discord.Connected && _discord.Commands(_guild).Count > 0);
        return bot;
    }

    private Task<BotUnderTest> BeginAsync(Place place, Func<string, string> with)
    {
        var settings = TestSettings.Read(
            $$"""
            shop: { workload: deployment/shop, namespace: {{place.Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            home: { workload: statefulset/home, namespace: {{place.Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            """,
            place.Namespace, text => with(text) + $"\ndiscord: {{ guild: '{_guild.Id}' }}\n");
        var discord = settings.Discord with { Api = _discord.Url, Token = new Secret(_discord.Token), Enabled = true };
        settings = settings with { Discord = discord };
        return BotUnderTest.StartAsync(settings, place.Client);
    }

    private async Task<IEnumerable<string?>> ValuesAsync(DiscordPerson person, string command, params (string, object)[] options) =>
        (await _discord.AutocompleteAsync(person, _ops, command, options)).Select(c => c.Value.ToString());
}
