using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Why a release fails is told from where the cluster says it, and only our pods count; on both API servers.</summary>
public sealed class CausesTests(Clusters clusters)
{
    /// <summary>A node that no kubelet speaks for: the pod is placed, and nothing more happens to it.</summary>
    private const string Elsewhere = """{"spec":{"template":{"spec":{"nodeName":"elsewhere","terminationGracePeriodSeconds":0}}}}""";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_failing_pod_that_only_bears_the_labels_harms_no_release(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await place.KubectlAsync("create -f -", """
            apiVersion: v1
            kind: Pod
            metadata: { name: shop-migrate, labels: { app: shop } }
            spec:
              containers:
                - name: app
                  image: app:2
                  env: [ { name: PASSWORD, valueFrom: { secretKeyRef: { name: none, key: none } } } ]
            """);
        await place.Client.WaitForAsync(
            Kinds.Pods, place.Namespace, "shop-migrate",
            p => p!.Status.AllContainers.Any(c => c.State?.Waiting?.Reason == "CreateContainerConfigError"), TimeProvider.System, Ended);
        await using var bot = await place.BotAsync();
        await bot.TypeAsync("ann", "/deploy shop 2");
        await bot.TypeAsync("bob", "/approve 1");
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.True(done.State == CardState.Succeeded, PlainText.Render(done));
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_pod_that_waits_for_its_volume_says_so_while_it_waits_and_at_the_end(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        await place.KubectlAsync($"patch statefulset home -p {Elsewhere}");
        await place.KubectlAsync("delete pod home-0");
        await PlacedAsync(place);
        await place.KubectlAsync("rollout undo statefulset home");
        await place.KubectlAsync("delete pod home-0");
        await place.KubectlAsync("rollout status statefulset home --timeout=60s");
        await using var bot = await place.BotAsync(s => s.Replace("count: 1", "count: 0", StringComparison.Ordinal)
            .Replace("readyWithin: 20s", "readyWithin: 6s", StringComparison.Ordinal));
        await bot.TypeAsync("ann", "/rollback home 2");
        await TellAsync(place, await PlacedAsync(place), "FailedMount", "MountVolume.SetUp failed for volume \"data\" : no such share");
        const string Cause = "home-0 waits for its volumes: MountVolume.SetUp failed for volume \"data\" : no such share";
        await bot.CardOfChangeAsync(1, c => c.Progress?.Text.EndsWith(Cause, StringComparison.Ordinal) == true);
        Assert.Contains(Cause, (await bot.TypeAsync("ann", "/status home")).Lines);
        var done = await bot.CardOfChangeAsync(1, c => c.State is CardState.Succeeded or CardState.Failed);
        Assert.Equal("Roll back home to revision 2: undone", done.Title);
        Assert.Equal($"home did not become ready within 6.0 s: {Cause}", done.Lines[0]);
        Assert.Equal("Look at its claims, and for the ConfigMaps and Secrets it mounts", done.Lines[^1]);
    }

    /// <summary>The real API server asks a kubelet for logs by HTTPS, which the process kubelet does not serve.</summary>
    [Fact]
    public async Task What_a_container_wrote_last_is_kept_before_its_pod_goes()
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var bot = await place.BotAsync(s => s.Replace("count: 1", "count: 0", StringComparison.Ordinal));
        foreach (var (target, number) in (IEnumerable<(string, int)>)[("home", 1), ("shop", 2)])
        {
            await bot.TypeAsync("ann", $"/deploy {target} noisy");
            var done = await bot.CardOfChangeAsync(number, c => c.State is CardState.Succeeded or CardState.Failed);
            Assert.Equal($"Deploy {target} noisy: rolled back", done.Title);
            Assert.Equal(
                ["app wrote last:", "opening the database", "no such table: messages"],
                done.Lines.SkipWhile(l => !l.StartsWith("app wrote", StringComparison.Ordinal)).Take(3));
            var change = await place.Client.GetAsync(ChatOpsKinds.Changes, place.Namespace, $"change-{number}", Ended);
            Assert.Equal("app", change.Status.FailureLog!.Container);
            Assert.DoesNotContain(done.Lines, l => l.Contains("kubectl logs", StringComparison.Ordinal));
            Assert.Contains($"kubectl -n {place.Namespace} get change change-{number} -o yaml", done.Lines[^1], StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_release_of_settings_alone_can_be_rolled_back(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.WorkloadsAsync();
        const string Migration = """{"spec":{"template":{"spec":{"initContainers":[{"name":"migrate","image":"app:noisy"}]}}}}""";
        foreach (var workload in (string[])["deployment/shop", "statefulset/home"])
            await place.KubectlAsync($"patch {workload} -p {Migration}");
        await using var bot = await place.BotAsync();
        (string, string, int)[] rollbacks = [("shop", "deployment/shop", 1), ("home", "statefulset/home", 2)];
        foreach (var (target, workload, number) in rollbacks)
        {
            await bot.TypeAsync("ann", $"/rollback {target}");
            await bot.TypeAsync("bob", $"/approve {number}");
            var done = await bot.CardOfChangeAsync(number, c => c.State is not (CardState.Working or CardState.Waiting));
            Assert.True(done.State == CardState.Succeeded, PlainText.Render(done));
            Assert.Equal($"Roll back {target} to revision 1", done.Title);
            Assert.Equal("", await place.KubectlAsync($"get {workload} -o jsonpath={{.spec.template.spec.initContainers}}"));
        }
    }

    /// <summary>The pod, once it is placed on the node that is none.</summary>
    private static async Task<Pod> PlacedAsync(Place place) => (await place.Client.WaitForAsync(
        Kinds.Pods, place.Namespace, "home-0", p => p is { Spec.NodeName: "elsewhere", Metadata.DeletionTimestamp: null },
        TimeProvider.System, Ended).WaitAsync(TimeSpan.FromSeconds(60), Ended))!;

    private static Task<Event> TellAsync(Place place, Pod pod, string reason, string message) => place.Client.CreateAsync(
        Kinds.Events, place.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["generateName"] = "home-0.", ["namespace"] = place.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["namespace"] = place.Namespace,
                ["name"] = pod.Metadata.Name,
                ["uid"] = pod.Metadata.Uid,
            },
            ["type"] = "Warning",
            ["reason"] = reason,
            ["message"] = message,
            ["lastTimestamp"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        }, Ended);
}
