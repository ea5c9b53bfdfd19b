using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Bot.Health;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Bot.Tests.Operations;

/// <summary>What is served where, by a whole bot.</summary>
public sealed class MetricsListenerTests(Clusters clusters)
{
    private readonly string _target = $"t{Guid.NewGuid():N}";
    private string _namespace = "";

    [Fact]
    public async Task The_address_for_metrics_serves_metrics_and_probes_and_nothing_else_and_the_main_one_no_metrics()
    {
        await using var bot = await StartAsync();
        foreach (var path in (string[])["/metrics", "/health/live"])
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(bot.MetricsUrl!, path)).StatusCode);
        foreach (var path in (string[])["/", "/sign-in", "/api/session", "/app.js", "/metrics/"])
            Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(bot.MetricsUrl!, path)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await AskAsync(bot.MetricsUrl!, "/metrics", HttpMethod.Post)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(bot.Url, "/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(bot.Url, "/health/live")).StatusCode);
    }

    [Fact]
    public async Task Nothing_more_listens_where_nothing_is_declared()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await place.BotAsync();
        Assert.Null(bot.MetricsUrl);
    }

    [Fact]
    public async Task The_page_is_of_the_format_and_every_metric_stands_in_the_table_for_people()
    {
        await using var bot = await StartAsync();
        using var answer = await AskAsync(bot.MetricsUrl!, "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(MetricsTable.Read("The bot"), MetricsTable.Of(await PageAsync(bot)));
    }

    [Fact]
    public async Task A_command_is_counted_by_its_name_and_what_came_of_it_and_never_by_who_typed_it_or_what()
    {
        await using var bot = await StartAsync();
        var before = await PageAsync(bot);
        await bot.TypeAsync("ann", "/help");
        await bot.TypeAsync("ann", $"/{_target}");
        await bot.TypeAsync("dan", $"/deploy {_target} 2");
        var page = await PageAsync(bot);
        foreach (var (command, outcome) in (ReadOnlySpan<(string, string)>)[("help", "done"), ("none", "refused"), ("deploy", "refused")])
        {
            var sample = $$"""chatops_commands_total{command="{{command}}",outcome="{{outcome}}"}""";
            Assert.True(page[sample] > (before.Has(sample) ? before[sample] : 0), sample);
        }
        Assert.True(page["""chatops_command_acknowledgement_seconds_count{command="help"}"""] > 0);
        Assert.True(page["""chatops_platform_sends_total{call="answer",outcome="taken",platform="web"}"""] > 0);
        var labels = page.Samples.SelectMany(s => s.Labels).ToList();
        Assert.DoesNotContain(labels, l => l.Value is "ann" or "dan" or "ops");
        Assert.DoesNotContain(labels, l => l.Name == "command" && l.Value.Contains(_target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_with_a_home_and_no_snapshot_begins_at_zero_and_without_end()
    {
        await using var bot = await StartAsync();
        var page = await PageAsync(bot);
        Assert.Equal(0, page[$$"""chatops_snapshots_total{end="failed",target="{{_target}}"}"""]);
        Assert.Equal(0, page[$$"""chatops_schedule_missed_total{target="{{_target}}"}"""]);
        Assert.Equal(double.PositiveInfinity, page[$$"""chatops_snapshot_last_good_age_seconds{target="{{_target}}"}"""]);
        Assert.Equal((0, 0), (
            page[$$"""chatops_approvals_waiting{target="{{_target}}"}"""],
            page[$$"""chatops_approvals_oldest_waiting_seconds{target="{{_target}}"}"""]));
    }

    [Fact]
    public async Task A_change_waits_in_the_gauges_and_is_counted_once_by_its_end()
    {
        await using var bot = await StartAsync(workload: "deployment/shop");
        var asked = await bot.TypeAsync("ann", $"/deploy {_target} 2");
        var page = await PageAsync(bot, p => p[Of("chatops_approvals_waiting")] > 0);
        Assert.Equal(1, page[Of("chatops_approvals_waiting")]);
        Assert.InRange(page[Of("chatops_approvals_oldest_waiting_seconds")], 0, 60);
        await bot.PressAsync("bob", asked.Buttons.Single(b => b.Label == "Deny").Action);
        var denied = $$"""chatops_changes_total{action="deploy",end="denied",target="{{_target}}"}""";
        // Gauges are asked before counters are read, so one page may have the one without the other.
        page = await PageAsync(bot, p => p.Has(denied) && p[Of("chatops_approvals_waiting")] == 0);
        Assert.Equal(1, page[denied]);
    }

    [Fact]
    public async Task Snapshots_are_counted_by_their_ends_and_the_gauges_follow_the_newest()
    {
        await using var bot = await StartAsync();
        var (client, now) = (bot.Services.GetRequiredService<IKubernetesClient>(), DateTimeOffset.UnixEpoch.AddYears(56));
        var result = new SnapshotResult(now, new() { Name = "a" }, [], 1, 1, HeldMilliseconds: 1500, [], [], []);
        var good = await SnapshotAsync(client, "s1");
        await client.WriteStatusAsync(
            good, good.Status.Succeed(result, now.AddSeconds(20)), TestContext.Current.CancellationToken, exact: false);
        // Gauges are asked before counters are read, so one page may have the one without the other.
        var page = await PageAsync(bot, p => p[Snapshots("succeeded")] > 0 && p.Has(Of("chatops_snapshot_newest_good")));
        Assert.Equal((1, 0, 1), (page[Snapshots("succeeded")], page[Snapshots("failed")], page[Of("chatops_snapshot_newest_good")]));
        Assert.Equal((1.5, 1.5), (page[Of("chatops_snapshot_held_seconds_sum")], page[Of("chatops_snapshot_newest_held_seconds")]));
        Assert.Equal(20, page[Of("chatops_snapshot_duration_seconds_sum")]);
        Assert.True(double.IsFinite(page[Of("chatops_snapshot_last_good_age_seconds")]));
        var bad = await SnapshotAsync(client, "s2");
        await client.WriteStatusAsync(
            bad, bad.Status.Fail(new("Full", "no room", null), now), TestContext.Current.CancellationToken, exact: false);
        page = await PageAsync(bot, p => p[Snapshots("failed")] > 0 && p[Of("chatops_snapshot_newest_good")] == 0);
        Assert.Equal((1, 1, 0), (page[Snapshots("succeeded")], page[Snapshots("failed")], page[Of("chatops_snapshot_newest_good")]));
    }

    [Fact]
    public async Task A_moment_of_a_schedule_that_passed_is_counted_as_missed_and_told_on_the_schedule()
    {
        await using var bot = await StartAsync();
        var (client, past) = (bot.Services.GetRequiredService<IKubernetesClient>(), TimeProvider.System.GetUtcNow().AddHours(-2));
        var spec = new JsonObject
        {
            ["target"] = _target,
            ["schedule"] = string.Create(CultureInfo.InvariantCulture, $"{past.Minute} {past.Hour} * * *"),
        };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = _target }, ["spec"] = spec };
        var made = await client.CreateAsync(ChatOpsKinds.SnapshotSchedules, _namespace, body, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await PageAsync(bot))[Of("chatops_schedule_missed_total")]);
        // As if it had last been dealt with before that moment.
        var last = past.AddHours(-1).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var status = Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["lastScheduleTime"] = last } });
        await client.PatchAsync(
            ChatOpsKinds.SnapshotSchedules, _namespace, _target, status, TestContext.Current.CancellationToken, "status");
        var page = await PageAsync(bot, p => p[Of("chatops_schedule_missed_total")] > 0);
        Assert.Equal(1, page[Of("chatops_schedule_missed_total")]);
        await Eventually.TrueAsync("it is told", async () =>
            (await client.ListAsync(Kinds.Events, _namespace, Selection.All, TestContext.Current.CancellationToken)).Items
                .Any(e => e is { Reason: "ScheduleMissed", Type: "Warning" } && e.InvolvedObject.Uid == made.Metadata.Uid));
    }

    [Fact]
    public async Task Ready_names_what_is_awaited_until_it_is_there_and_the_gauge_says_the_same()
    {
        await using var bot = await StartAsync(yaml => yaml + $$"""

            telegram: { api: "http://127.0.0.1:1", token: "1:x", chats: { ops: { id: 5 } } }
            """);
        using var answer = await AskAsync(bot.MetricsUrl!, "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(
            "telegram", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, (await PageAsync(bot))["chatops_ready"]);
        bot.Services.GetRequiredService<Readiness>().Reach("telegram");
        await bot.ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(bot.Url, "/health/ready")).StatusCode);
        Assert.Equal(1, (await PageAsync(bot))["chatops_ready"]);
    }

    private string Of(string metric) => $$"""{{metric}}{target="{{_target}}"}""";

    private string Snapshots(string end) => $$"""chatops_snapshots_total{end="{{end}}",target="{{_target}}"}""";

    /// <summary>One of this target that runs.</summary>
    private async Task<Snapshot> SnapshotAsync(IKubernetesClient client, string name)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{_target}-{name}",
                ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = _target }
            },
            ["spec"] = new JsonObject { ["target"] = _target },
        };
        var made = await client.CreateAsync(ChatOpsKinds.Snapshots, _namespace, body, TestContext.Current.CancellationToken);
        var running = made.Status.Start("runner", DateTimeOffset.UnixEpoch.AddYears(56));
        return await client.WriteStatusAsync(made, running, TestContext.Current.CancellationToken, exact: false);
    }

    private async Task<BotUnderTest> StartAsync(Func<string, string>? with = null, string? workload = null)
    {
        var place = await clusters.PlaceAsync("embedded");
        _namespace = place.Namespace;
        if (workload is not null) await place.WorkloadsAsync();
        var home = workload is null ? "home: { path: /data, claim: home, sidecarImage: \"sidecar:1\" }" : "";
        var settings = TestSettings.Read($$"""
            shop: { workload: deployment/shop }
            {{_target}}:
              workload: {{workload ?? "statefulset/home"}}
              namespace: {{place.Namespace}}
              {{home}}
            """, place.Namespace, yaml => (with ?? (y => y))(yaml + "\nmetrics: { listen: \"127.0.0.1:0\" }\n"));
        return await BotUnderTest.StartAsync(settings, place.Client);
    }

    private static async Task<Exposition> PageAsync(BotUnderTest bot)
    {
        using var answer = await AskAsync(bot.MetricsUrl!, "/metrics");
        return Exposition.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The page once the watch has brought what it is to show.</summary>
    private static async Task<Exposition> PageAsync(BotUnderTest bot, Func<Exposition, bool> shows)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await PageAsync(bot) is var page && shows(page)) return page;
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(Uri server, string path, HttpMethod? method = null)
    {
        using var client = new HttpClient { BaseAddress = server };
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
