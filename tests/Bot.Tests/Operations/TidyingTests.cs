using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Operations;

/// <summary>What the bot deletes by itself, with the whole bot; what happened before it started is played by writing statuses.</summary>
public sealed class TidyingTests(Clusters clusters)
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task Of_many_changes_the_oldest_go_with_their_restores_and_what_a_rollback_goes_by_stays(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await TakenAsync(place, "home-before-2");
        await ChangedAsync(place, 1, "Succeeded");
        await ChangedAsync(place, 2, "Succeeded", new() { ["preChangeSnapshot"] = "home-before-2" });
        await ChangedAsync(place, 3, "RolledBack", new() { ["steps"] = new JsonArray(Step("restore"), Step("back-restore")) });
        await ChangedAsync(place, 4, "Succeeded");
        for (var number = 5; number <= 14; number++) await ChangedAsync(place, number, "Denied");
        foreach (var name in new[] { "home-restore-3", "home-back-restore-3", "home-restore-4" }) await RestoredAsync(place, name);

        await using var bot = await place.BotWithHomeAsync("changeHistoryLimit: 10\n");
        // The newest deploy that succeeded, and the newest with an archive, are what /rollback home data:yes asks for.
        await Eventually.TrueAsync("the oldest are gone", async () =>
            (await NamesAsync(place, ChatOpsKinds.Changes))
                .SequenceEqual(Enumerable.Range(4, 11).Prepend(2).Select(n => $"change-{n}").Order(StringComparer.Ordinal)));
        Assert.Equal(["home-restore-4"], await NamesAsync(place, ChatOpsKinds.Restores));
        Assert.Contains(
            "With data: back to home-20261119T030000Z-abcdef.",
            string.Join('\n', (await bot.TypeAsync("ann", "/rollback home")).Lines),
            StringComparison.Ordinal);
    }

    private static JsonObject Step(string name) => new() { ["name"] = name, ["state"] = "Succeeded" };

    private static async Task TakenAsync(Place place, string name)
    {
        await place.Client.CreateAsync(ChatOpsKinds.Snapshots, place.Namespace, Body(name, new() { ["target"] = "home" }), Ended);
        await StatusAsync(place, ChatOpsKinds.Snapshots, name, new()
        {
            ["phase"] = "Succeeded",
            ["cutTime"] = "2026-11-19T03:00:00Z",
            ["archive"] = new JsonObject { ["name"] = "home-20261119T030000Z-abcdef" },
        });
    }

    private static async Task ChangedAsync(Place place, int number, string phase, JsonObject? more = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"change-{number}");
        await place.Client.CreateAsync(ChatOpsKinds.Changes, place.Namespace, Body(name, new()
        {
            ["target"] = "home",
            ["action"] = "deploy",
            ["number"] = number,
            ["plan"] = new JsonObject { ["digest"] = $"sha256:{new string('0', 64)}" },
        }), Ended);
        await StatusAsync(place, ChatOpsKinds.Changes, name, Over(phase, more ?? []));
    }

    private static async Task RestoredAsync(Place place, string name)
    {
        await place.Client.CreateAsync(
            ChatOpsKinds.Restores, place.Namespace, Body(name, new() { ["target"] = "home", ["archive"] = "latest" }), Ended);
        await StatusAsync(place, ChatOpsKinds.Restores, name, new() { ["phase"] = "Succeeded" });
    }

    private static JsonObject Over(string phase, JsonObject more)
    {
        (more["phase"], more["finishedAt"]) = (phase, "2026-11-19T04:00:00Z");
        return more;
    }

    private static JsonObject Body(string name, JsonObject spec) =>
        new() { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };

    private static Task<T> StatusAsync<T>(Place place, ResourceKind<T> kind, string name, JsonObject status)
        where T : IResource =>
        place.Client.PatchAsync(kind, place.Namespace, name, Patch.Merge(new JsonObject { ["status"] = status }), Ended, "status");

    private static async Task<IReadOnlyList<string>> NamesAsync<T>(Place place, ResourceKind<T> kind)
        where T : IResource =>
        [.. (await place.Client.ListAsync(kind, place.Namespace, Selection.All, Ended))
            .Items.Select(r => r.Metadata.Name).Order(StringComparer.Ordinal)];
}
