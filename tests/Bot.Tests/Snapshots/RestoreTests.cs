using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Snapshots;

/// <summary>Restores as Jobs, with pods that are processes.</summary>
public sealed class RestoreTests(Clusters clusters)
{
    /// <summary>Of a pod that uses the claim.</summary>
    private const string Spec = """
        {restartPolicy: Never, containers: [{name: app, image: "app:1"}], volumes: [{name: data, persistentVolumeClaim: {claimName: data} }] }
        """;

    public static TheoryData<string> Kinds => Clusters.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_restore_ends_as_its_job_ends(string kind)
    {
        var place = await PlaceAsync(kind);
        await using var good = await BotAsync(place, "restores:1");
        Assert.Equal(RestorePhase.Succeeded, (await RestoredAsync(place, "good")).Phase);
        await good.DisposeAsync();
        await using var bad = await BotAsync(place, "cannot:1");
        var failed = await RestoredAsync(place, "bad");
        Assert.Equal((RestorePhase.Failed, "RestoreFailed"), (failed.Phase, failed.Error!.Reason));
        // The real API server finds no logs at a kubelet whose pods are processes.
        Assert.Contains(kind == "real" ? "its log cannot be read" : "the archive is damaged", failed.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Data_is_not_replaced_under_a_pod_that_uses_it(string kind)
    {
        var place = await PlaceAsync(kind);
        await place.KubectlAsync("create -f -", "{apiVersion: v1, kind: Pod, metadata: {name: user}, spec: " + Spec + "}");
        await using var bot = await BotAsync(place, "restores:1");
        var failed = await RestoredAsync(place, "early");
        Assert.Equal((RestorePhase.Failed, "ClaimInUse"), (failed.Phase, failed.Error!.Reason));
        Assert.Contains("user still mounts data", failed.Error.Message, StringComparison.Ordinal);
        Assert.Equal("", await place.KubectlAsync("get jobs -o name"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_job_made_just_before_a_kill_is_taken_up_and_not_mistaken_for_a_user_of_the_data(string kind)
    {
        var place = await PlaceAsync(kind);
        await CreateAsync(place, "half");
        await place.KubectlAsync("create -f -", $$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: half, labels: {"{{ChatOpsKinds.TargetLabel}}": home} }
            spec:
              backoffLimit: 0
              template: {spec: {{Spec}} }
            """);
        await Eventually.TrueAsync("the job's pod is there", async () => await place.KubectlAsync("get pods -o name") is not "");
        await using var bot = await BotAsync(place, "restores:1");
        var status = await WhenAsync(place, "half", s => s.Phase != RestorePhase.Pending);
        Assert.Equal((RestorePhase.Running, "half"), (status.Phase, status.Job));
    }

    private async Task<Place> PlaceAsync(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.KubectlAsync("create -f -", """
            {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } } }
            """);
        return place;
    }

    private static Task<BotUnderTest> BotAsync(Place place, string image) => BotUnderTest.StartAsync(
        TestSettings.Read($$"""
            shop: { workload: deployment/shop }
            home: { workload: statefulset/home, namespace: {{place.Namespace}}, home: { path: /data, claim: data, sidecarImage: "{{image}}" } }
            """, place.Namespace), place.Client);

    private static Task<Restore> CreateAsync(Place place, string name) => place.Client.CreateAsync(ChatOpsKinds.Restores, place.Namespace, new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["target"] = "home", ["archive"] = "latest" },
    }, TestContext.Current.CancellationToken);

    private static async Task<RestoreStatus> RestoredAsync(Place place, string name)
    {
        await CreateAsync(place, name);
        return await WhenAsync(place, name, s => s.IsFinal);
    }

    private static Task<RestoreStatus> WhenAsync(Place place, string name, Func<RestoreStatus, bool> holds) =>
        Eventually.ValueAsync($"restore {name} has moved on", async () =>
        {
            var status = (await place.Client.GetAsync(ChatOpsKinds.Restores, place.Namespace, name, TestContext.Current.CancellationToken)).Status;
            return holds(status) ? status : null;
        });
}
