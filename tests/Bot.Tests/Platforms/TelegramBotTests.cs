using ChatOps.Bot.Tests.Support;
using ChatOps.Cluster;
using ChatOps.Resources;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The whole bot, spoken to on Telegram, with pods that are processes.</summary>
public sealed class TelegramBotTests(Clusters clusters) : IAsyncLifetime
{
    private readonly Dictionary<string, TelegramPerson> _people = [];
    private TelegramSimulator _telegram = null!;

    public async ValueTask InitializeAsync()
    {
        _telegram = await TelegramSimulator.StartAsync();
        foreach (var name in (string[])["ann", "bob", "dan", "eve"]) _people[name] = _telegram.AddPerson(name, name);
    }

    public ValueTask DisposeAsync() => _telegram.DisposeAsync();

    [Fact]
    public async Task A_version_is_asked_for_approved_rolled_out_and_told_in_one_message()
    {
        var group = _telegram.AddGroup("ops", _people["ann"], _people["bob"], _people["dan"]);
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await StartAsync(place, $"chats: {{ ops: {{ id: {group.Id} }} }}");
        Say("ann", group, "/deploy shop 2");
        var plan = await _telegram.MessageAsync(group, m => m.Text.Contains("needs approval", StringComparison.Ordinal));
        Assert.StartsWith("ann may not approve on shop", await PressAsync("ann", plan, "Approve"), StringComparison.Ordinal);
        Assert.StartsWith("dan may not approve", await PressAsync("dan", plan, "Approve"), StringComparison.Ordinal);
        Assert.StartsWith("I do not know you", await ForgeAsync("eve", plan, plan.Buttons.First().Data!), StringComparison.Ordinal);
        Assert.StartsWith(
            "That button no longer leads anywhere", await ForgeAsync("bob", plan, "0123456789abcdef01234567"), StringComparison.Ordinal);
        Assert.Equal("app:1", await place.ImageAsync("deployment/shop"));
        Assert.Equal("Change 1 is approved and starts now.", await PressAsync("bob", plan, "Approve"));
        await _telegram.WhenAsync(() => plan.Text.StartsWith("✅ Deploy shop 2", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.Equal("app:2", await place.ImageAsync("deployment/shop"));
        Assert.Single(group.FromBot);
        Assert.Equal(0, _telegram.Violations);
        var approve = plan.Versions.First(v => v.Keyboard.Length > 0).Keyboard[0][0].Data!;
        Assert.Contains("no longer waits", await ForgeAsync("bob", plan, approve), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bot_is_ready_only_once_it_has_reached_telegram()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await _telegram.StopListeningAsync();
        await using var bot = await StartAsync(place, "chats: { ops: { id: 5 } }");
        Assert.Equal(["telegram"], bot.Awaited);
        await _telegram.ListenAgainAsync();
        await bot.ReadyAsync();
    }

    [Fact]
    public async Task A_missing_option_is_asked_for_with_buttons()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await StartAsync(place, "enabled: true");
        var chat = _telegram.OpenPrivateChat(_people["ann"]);
        Say("ann", chat, "/status");
        await _telegram.MessageAsync(chat, m => m.Text.Contains("All 2 targets are well", StringComparison.Ordinal));
        Say("ann", chat, "/history");
        Say("ann", chat, "/deploy");
        var question = await _telegram.MessageAsync(chat, m => m.Text.StartsWith("⚠ /deploy: target is missing", StringComparison.Ordinal));
        Assert.Equal(["home", "shop"], question.Buttons.Select(b => b.Text));
        _ = _telegram.Press(_people["ann"], question, "shop").AnswerAsync();
        await _telegram.MessageAsync(chat, m => m.Text.Contains("version is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Strangers_and_undeclared_chats_learn_only_their_id_once()
    {
        var elsewhere = _telegram.AddGroup("elsewhere", _people["ann"]);
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await StartAsync(place, "enabled: true");
        var eve = _telegram.OpenPrivateChat(_people["eve"]);
        for (var i = 0; i < 3; i++)
        {
            Say("eve", eve, "/whoami");
            Say("ann", elsewhere, "/deploy shop 2");
        }
        await _telegram.WhenAsync(() => _telegram.Updates.All(u => u.Confirmed));
        Assert.Equal(
            $"⚠ I do not know you. Your telegram id is {_people["eve"].Id}; whoever keeps chatops.yaml can add it.",
            Assert.Single(eve.FromBot).Text);
        Assert.StartsWith(
            $"⚠ I do not serve this chat. Its id is {elsewhere.Id}", Assert.Single(elsewhere.FromBot).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_reaches_only_its_targets()
    {
        var group = _telegram.AddGroup("shop", _people["ann"], _people["bob"]);
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await StartAsync(place, $"chats: {{ shop: {{ id: {group.Id}, targets: [shop] }} }}");
        Say("ann", group, "/deploy home 2");
        await _telegram.MessageAsync(group, m => m.Text.Contains("there is no target 'home'", StringComparison.Ordinal));
        Say("ann", group, "/targets");
        var targets = await _telegram.MessageAsync(group, m => m.Text.Contains("shop", StringComparison.Ordinal)
            && !m.Text.Contains("'home'", StringComparison.Ordinal) && !m.Text.StartsWith('⏳'));
        Assert.DoesNotContain("home", targets.Text, StringComparison.Ordinal);
        var chat = _telegram.OpenPrivateChat(_people["ann"]);
        Say("ann", chat, "/deploy home 2");
        await _telegram.MessageAsync(chat, m => m.Text.Contains("needs approval", StringComparison.Ordinal));
        Say("bob", group, "/approve 1");
        await _telegram.MessageAsync(group, m => m.Text.Contains("home is not for this chat", StringComparison.Ordinal));
        Assert.Equal("app:1", await place.ImageAsync("statefulset/home"));
    }

    [Fact]
    public async Task What_nobody_asked_for_in_a_chat_is_told_where_it_is_wanted_and_kept_up_to_date()
    {
        var (ops, other) = (_telegram.AddGroup("ops", _people["bob"]), _telegram.AddGroup("other", _people["bob"]));
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        var data = "home: { path: /data, claim: data, sidecarImage: app:1 }, ";
        await using var bot = await StartAsync(
            place, $"chats:\n  ops: {{ id: {ops.Id}, notify: true }}\n  other: {{ id: {other.Id}, notify: true, targets: [shop] }}",
            text => text.Replace("workload: statefulset/home, ", "workload: statefulset/home, " + data, StringComparison.Ordinal));
        await place.KubectlAsync(
            "create -f -",
            $"{{apiVersion: {ChatOpsKinds.Snapshots.ApiVersion}, kind: Snapshot, metadata: {{name: nightly}}, "
                + "spec: {target: home, reason: scheduled}}");
        var message = await _telegram.MessageAsync(ops, m => m.Text.Contains("Snapshot of home", StringComparison.Ordinal));
        await place.KubectlAsync("patch snapshot nightly --subresource=status --type=merge -p "
            + "{\"status\":{\"phase\":\"Failed\",\"error\":{\"reason\":\"StoreFull\",\"message\":\"the_store_is_full\"}}}");
        await _telegram.WhenAsync(() => message.Text.Contains("the_store_is_full", StringComparison.Ordinal));
        Assert.Single(ops.FromBot);
        Assert.Empty(other.FromBot);
    }

    [Fact]
    public async Task An_update_delivered_to_two_runs_of_the_bot_has_one_effect()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        var chat = _telegram.OpenPrivateChat(_people["ann"]);
        string WithHome(string text) => text.Replace(
            "workload: statefulset/home, ",
            "workload: statefulset/home, home: { path: /data, claim: data, sidecarImage: app:1 }, ",
            StringComparison.Ordinal);
        await using (await StartAsync(place, "enabled: true", WithHome))
        {
            Say("ann", chat, "/deploy shop 2");
            Say("ann", chat, "/snapshot home");
            await _telegram.WhenAsync(() => _telegram.Updates is [{ Confirmed: true }, { Confirmed: true }]);
        }
        // What went out on a call whose caller is gone would be lost.
        await _telegram.WhenAsync(() => !_telegram.Polled);
        foreach (var update in _telegram.Updates) _telegram.Resend(update);
        await using var second = await StartAsync(place, "enabled: true", WithHome);
        await _telegram.MessageAsync(chat, m => m.Text.StartsWith("ℹ Change 1 was asked for already", StringComparison.Ordinal));
        await _telegram.MessageAsync(chat, m => m.Text.EndsWith("was asked for already", StringComparison.Ordinal));
        Assert.Single((await place.KubectlAsync("get changes -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Single((await place.KubectlAsync("get snapshots -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Updates_come_by_webhook_and_only_with_its_secret()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        var port = HostPorts.Take();
        await using var bot = await StartAsync(
            place, $"webhook: http://127.0.0.1:{port}/hooks/telegram\nenabled: true",
            text => text.Replace("127.0.0.1:0", $"127.0.0.1:{port}", StringComparison.Ordinal));
        var chat = _telegram.OpenPrivateChat(_people["ann"]);
        Say("ann", chat, "/whoami");
        await _telegram.MessageAsync(chat, m => m.Text.StartsWith("ℹ You are ann", StringComparison.Ordinal));
        using var http = new HttpClient();
        using var forged = new StringContent(
            """{"update_id":99,"message":"""
                + $$"""{"message_id":1,"chat":{"id":{{chat.Id}} },"from":{"id":{{chat.Id}} },"text":"/deploy shop 2"} }""");
        using var answer = await http.PostAsync(
            new Uri($"http://127.0.0.1:{port}/hooks/telegram"), forged, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain(_telegram.Calls, c => c.Method == "getUpdates");
    }

    private async Task<BotUnderTest> StartAsync(Place place, string telegram, Func<string, string>? with = null)
    {
        var settings = TestSettings.Read(
            $$"""
            shop: { workload: deployment/shop, namespace: {{place.Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            home: { workload: statefulset/home, namespace: {{place.Namespace}}, readyWithin: 20s, settleFor: 0.5s }
            """,
            place.Namespace,
            text =>
            {
                foreach (var (name, person) in _people)
                    text = text.Replace($"web: {name},", $"web: {name}, telegram: '{person.Id}',", StringComparison.Ordinal);
                return (with?.Invoke(text) ?? text) + $"\ntelegram:\n  {telegram.ReplaceLineEndings("\n  ")}\n";
            });
        var declared = settings.Telegram with { Api = _telegram.Url, Token = new Secret(_telegram.Token), Enabled = true };
        settings = settings with { Telegram = declared };
        return await BotUnderTest.StartAsync(settings, place.Client);
    }

    private void Say(string who, TelegramChat chat, string text) => _telegram.Say(_people[who], chat, text);

    private Task<string> PressAsync(string who, TelegramMessage message, string button) =>
        _telegram.SaidAsync(_telegram.Press(_people[who], message, button));

    private Task<string> ForgeAsync(string who, TelegramMessage message, string data) =>
        _telegram.SaidAsync(_telegram.PressForged(_people[who], message, data));
}
