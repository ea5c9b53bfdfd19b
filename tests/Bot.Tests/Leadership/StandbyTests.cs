using System.Net;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ChatOps.Bot.Tests.Leadership;

/// <summary>A whole bot beside one that leads.</summary>
public sealed class StandbyTests(Clusters clusters)
{
    [Fact]
    public async Task It_is_ready_but_shows_and_hears_nothing_until_it_leads()
    {
        var place = await clusters.PlaceAsync("embedded");
        var first = await StartAsync(place, "first");
        await using var second = await StartAsync(place, "second");
        Assert.Equal("first", second.Leader.Other);
        Assert.Equal((HttpStatusCode.OK, "standing by; first leads"), await AskAsync(second.Url, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(second.Url, "/health/live")).Status);
        foreach (var path in (string[])["/", "/sign-in?code=x", "/api/session", "/api/stream", "/app.js"])
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "first leads; this bot stands by\n"), await AskAsync(second.Url, path));
        Assert.Null(second.Web.Inbox);

        var page = Exposition.Parse((await AskAsync(second.MetricsUrl!, "/metrics")).Text);
        Assert.Equal(0, page["chatops_leads"]);
        // What it does not follow it tells nothing of: no target looks as if it had no snapshot.
        Assert.DoesNotContain(page.Samples, s => s.Name is "chatops_snapshot_last_good_age_seconds" or "chatops_approvals_waiting");
        Assert.Equal(1, Exposition.Parse((await AskAsync(first.MetricsUrl!, "/metrics")).Text)["chatops_leads"]);

        await first.DisposeAsync();
        await second.ReadyAsync();
        Assert.True(second.Leader.IsSelf);
        Assert.Equal((HttpStatusCode.OK, "ready"), await AskAsync(second.Url, "/health/ready"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(second.Url, "/")).Status);
        Assert.NotNull(second.Web.Inbox);
    }

    /// <summary>Most of what it does ends without a word when it is cancelled between two calls.</summary>
    [Fact]
    public async Task One_whose_lease_is_taken_while_it_has_nothing_to_do_ends_as_deposed()
    {
        var place = await clusters.PlaceAsync("embedded");
        await using var bot = await StartAsync(place, "first");
        await bot.ReadyAsync();
        var ended = new TaskCompletionSource();
        bot.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(ended.SetResult);
        await place.KubectlAsync($$$"""patch lease {{{LeaseSettings.Name}}} --type merge -p {"spec":{"holderIdentity":"second"}}""");
        await Eventually.TrueAsync("it ends", () => ended.Task.IsCompleted);
        Assert.Equal(1, bot.Services.GetRequiredService<BotWorkers>().ExitCode);
        var lease = await place.Client.GetAsync(
            Kinds.Leases, place.Namespace, LeaseSettings.Name, TestContext.Current.CancellationToken);
        Assert.Equal("second", lease.Spec.HolderIdentity);
    }

    private static Task<BotUnderTest> StartAsync(Place place, string name) => place.BotAsync(
        settings => settings.Replace("lease: { enabled: false }", "metrics: { listen: \"127.0.0.1:0\" }", StringComparison.Ordinal), name);

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(Uri bot, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(bot, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
