using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Registry;

namespace ChatOps.Bot.Tests.Registries;

/// <summary>A tag is what its registry says when the deploy is planned: shown, approved, and what runs.</summary>
public sealed class DeployFromRegistryTests(Clusters clusters) : IAsyncLifetime
{
    private RegistryServer _registry = null!;
    private string _first = "", _second = "";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.False(!RegistryServer.Installed && Tools.MustBePresent, RegistryServer.HowToGet);
        Assert.SkipUnless(RegistryServer.Installed, RegistryServer.HowToGet);
        _registry = await RegistryServer.StartAsync();
        _first = await _registry.PushAsync("app", "1", "one");
        _second = await _registry.PushAsync("app", "2", "two");
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null) await _registry.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task Under_a_pull_policy_of_Always_the_digest_is_written_behind_the_tag(string kind)
    {
        var place = await PlaceAsync(kind, "Always");
        await using var bot = await BotAsync(place);
        var plan = await bot.TypeAsync("ann", "/deploy shop 2");
        Assert.Equal(("Deploy shop 2: needs approval", $"2  ({Phrases.ShortDigest(_second)})"), (plan.Title, Field(plan, "then")));
        Assert.Contains("✔ image", Field(plan, "gates"), StringComparison.Ordinal);
        await bot.TypeAsync("bob", "/approve 1");
        var done = await OverAsync(bot, 1);
        Assert.Equal((CardState.Succeeded, "Deploy shop 2"), (done.State, done.Title));
        Assert.Contains($"runs {Phrases.ShortDigest(_second)}", done.Lines);
        Assert.Equal($"{_registry.Host}/app:2@{_second}", await place.ImageAsync("deployment/shop"));

        // People go on seeing the tag, and going back leads to what ran.
        var live = Field(await bot.TypeAsync("ann", "/history shop"), "revision 3");
        Assert.StartsWith($"2 ({Phrases.ShortDigest(_second)}) · live", live, StringComparison.Ordinal);
        Assert.Contains("shop already runs", (await bot.TypeAsync("ann", "/deploy shop 2")).Title, StringComparison.Ordinal);
        await bot.TypeAsync("ann", "/rollback shop");
        await bot.TypeAsync("bob", "/approve 2");
        Assert.Equal(CardState.Succeeded, (await OverAsync(bot, 2)).State);
        Assert.Equal($"{_registry.Host}/app@{_first}", await place.ImageAsync("deployment/shop"));
    }

    [Fact]
    public async Task What_is_not_there_is_refused_before_anything_is_touched()
    {
        var place = await PlaceAsync("embedded", "IfNotPresent");
        await using var bot = await BotAsync(place);
        var refused = await bot.TypeAsync("ann", "/deploy shop 3");
        Assert.Equal(
            (CardState.Failed, $"{_registry.Host}/app:3 is not there, says {_registry.Host}; nothing was touched"),
            (refused.State, refused.Title));
        var changes = await place.Client.ListAsync(ChatOpsKinds.Changes, place.Namespace, Selection.All, Ended);
        Assert.Empty(changes.Items);
    }

    /// <summary>Images that were brought to the nodes by hand are at no registry.</summary>
    [Fact]
    public async Task Nobody_is_asked_where_nodes_never_pull()
    {
        var place = await PlaceAsync("embedded", "Never");
        await using var bot = await BotAsync(place);
        var plan = await bot.TypeAsync("ann", "/deploy shop 3");
        Assert.Equal((CardState.Waiting, "3"), (plan.State, Field(plan, "then")));
        Assert.DoesNotContain("image", Field(plan, "gates"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_moves_before_it_is_approved_is_planned_anew()
    {
        var place = await PlaceAsync("embedded", "Always");
        await using var bot = await BotAsync(place);
        var asked = await bot.TypeAsync("ann", "/deploy shop 2");
        var moved = await _registry.PushAsync("app", "2", "three");
        var answer = await bot.PressAsync("bob", asked.Buttons.Single(b => b.Label == "Approve").Action);
        Assert.Contains(
            $"the tag 2 means another image now ({Phrases.ShortDigest(moved)}), the plan was made for {Phrases.ShortDigest(_second)}",
            answer, StringComparison.Ordinal);
        var anew = await bot.CardOfChangeAsync(2, c => c.State == CardState.Waiting);
        Assert.Equal($"2  ({Phrases.ShortDigest(moved)})", Field(anew, "then"));
    }

    [Fact]
    public async Task A_registry_that_goes_away_takes_no_approval_back_and_what_was_approved_runs()
    {
        var place = await PlaceAsync("embedded", "Always");
        await using var bot = await BotAsync(place);
        await bot.TypeAsync("ann", "/deploy shop 2");
        await _registry.DisposeAsync();
        await bot.TypeAsync("bob", "/approve 1");
        Assert.Equal(CardState.Succeeded, (await OverAsync(bot, 1)).State);
        Assert.Equal($"{_registry.Host}/app:2@{_second}", await place.ImageAsync("deployment/shop"));
        _registry = null!;
    }

    [Fact]
    public async Task Out_of_reach_is_a_warning_and_the_plan_goes_on_with_the_tag()
    {
        var place = await PlaceAsync("embedded", "Always");
        await _registry.DisposeAsync();
        await using var bot = await BotAsync(place);
        var plan = await bot.TypeAsync("ann", "/deploy shop 2");
        Assert.Matches(
            $"⚠ {_registry.Host} is not reached \\(.+\\): what the tag means shows only when it is pulled", Field(plan, "gates"));
        await bot.TypeAsync("bob", "/approve 1");
        Assert.Equal(CardState.Succeeded, (await OverAsync(bot, 1)).State);
        Assert.Equal($"{_registry.Host}/app:2", await place.ImageAsync("deployment/shop"));
        _registry = null!;
    }

    /// <summary>As a node has it that pulled the tag before it was pushed anew.</summary>
    [Fact]
    public async Task Another_image_than_the_registry_has_is_no_success()
    {
        var place = await PlaceAsync("embedded", "IfNotPresent");
        place.Cluster.Pushed[$"{_registry.Host}/app:2"] = _first;
        await using var bot = await BotAsync(place);
        await bot.TypeAsync("ann", "/deploy shop 2");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await OverAsync(bot, 1);
        Assert.Equal(
            (CardState.Warning, $"runs {Phrases.ShortDigest(_first)} though {Phrases.ShortDigest(_second)} was approved"),
            (done.State, done.Lines[0]));
    }

    [Fact]
    public async Task A_target_may_have_every_image_pinned_or_none()
    {
        var place = await PlaceAsync("embedded", "IfNotPresent");
        await using var bot = await BotAsync(place, "pin: always, ");
        await bot.TypeAsync("ann", "/deploy shop 2");
        await bot.TypeAsync("bob", "/approve 1");
        await OverAsync(bot, 1);
        Assert.Equal($"{_registry.Host}/app:2@{_second}", await place.ImageAsync("deployment/shop"));
    }

    [Fact]
    public async Task A_private_one_is_asked_with_the_pull_secret_that_is_declared_and_else_says_which_is_not()
    {
        await using var guarded = await _registry.WithLoginAsync();
        var place = await PlaceAsync("embedded", "Always", guarded.Host, """
            {"op":"add","path":"/spec/template/spec/imagePullSecrets","value":[{"name":"regcred"}]},
            """);
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryServer.User}:{RegistryServer.Password}"));
        var auths = new JsonObject { [guarded.Host] = new JsonObject { ["auth"] = login } };
        var config = new JsonObject { ["auths"] = auths }.ToJsonString();
        await place.Client.CreateAsync(Kinds.Secrets, place.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "regcred" },
            ["type"] = "kubernetes.io/dockerconfigjson",
            ["data"] = new JsonObject { [".dockerconfigjson"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(config)) },
        }, Ended);
        await using (var bot = await BotAsync(place, host: guarded.Host))
        {
            Assert.Contains(
                $"⚠ {guarded.Host} lets in nobody without a login (Secret regcred is not under pullSecrets of shop)",
                Field(await bot.TypeAsync("ann", "/deploy shop 2"), "gates"), StringComparison.Ordinal);
        }
        await using var knowing = await BotAsync(place, "pullSecrets: [regcred], ", guarded.Host);
        Assert.Equal($"2  ({Phrases.ShortDigest(_second)})", Field(await knowing.TypeAsync("ann", "/deploy shop 2"), "then"));
        var absent = await knowing.TypeAsync("ann", "/deploy shop 3");
        Assert.Contains("is not there", absent.Title, StringComparison.Ordinal);
    }

    private static string Field(Card card, string name) => card.Fields.Single(f => f.Name == name).Value;

    private static Task<Card> OverAsync(BotUnderTest bot, int number) =>
        bot.CardOfChangeAsync(number, c => c.State is CardState.Succeeded or CardState.Failed or CardState.Warning);

    private Task<BotUnderTest> BotAsync(Place place, string more = "", string? host = null) => place.BotAsync(s => s
        .Replace("registries: { ask: false }", $"registries: {{ insecure: [\"{host ?? _registry.Host}\"] }}", StringComparison.Ordinal)
        .Replace("workload: deployment/shop, ", $"workload: deployment/shop, {more}", StringComparison.Ordinal));

    /// <summary>The Deployment runs the first image of the registry, and nodes have what it has.</summary>
    private async Task<Place> PlaceAsync(string kind, string policy, string? host = null, string more = "")
    {
        var place = await clusters.PlaceAsync(kind);
        host ??= _registry.Host;
        (place.Cluster.Pushed[$"{host}/app:1"], place.Cluster.Pushed[$"{host}/app:2"]) = (_first, _second);
        await place.WorkloadsAsync();
        await place.KubectlAsync("patch deployment/shop --type=json -p "
            + $$"""[{{more}}{"op":"add","path":"/spec/template/spec/containers/0/imagePullPolicy","value":"{{policy}}"},"""
            + $$"""{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"{{host}}/app:1"}]""");
        await place.KubectlAsync("rollout status deployment/shop --timeout=150s");
        return place;
    }
}
