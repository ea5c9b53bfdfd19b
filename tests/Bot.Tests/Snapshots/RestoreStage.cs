using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Snapshots;

/// <summary>Where restores are tried: a claim, a bot whose target has its home there, and Restores.</summary>
internal static class RestoreStage
{
    /// <summary>A namespace with a claim.</summary>
    public static async Task<Place> PlaceAsync(Clusters clusters, string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await place.KubectlAsync(
            "create -f -",
            "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, "
                + "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } } }");
        return place;
    }

    /// <param name="image">Of the sidecar.</param>
    public static Task<BotUnderTest> BotAsync(Place place, string image, string readyWithin = "3m") => BotUnderTest.StartAsync(
        TestSettings.Read($$"""
            shop: { workload: deployment/shop }
            home: { workload: statefulset/home, namespace: {{place.Namespace}}, readyWithin: {{readyWithin}},
              home: { path: /data, claim: data, sidecarImage: "{{image}}" } }
            """, place.Namespace), place.Client);

    public static Task<Restore> CreateAsync(Place place, string name) => place.Client.CreateAsync(
        ChatOpsKinds.Restores, place.Namespace,
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["target"] = "home", ["archive"] = "latest" },
        },
        TestContext.Current.CancellationToken);

    public static async Task<RestoreStatus> RestoredAsync(Place place, string name)
    {
        await CreateAsync(place, name);
        return await WhenAsync(place, name, s => s.IsFinal);
    }

    public static Task<RestoreStatus> WhenAsync(Place place, string name, Func<RestoreStatus, bool> holds) =>
        Eventually.ValueAsync($"restore {name} has moved on", async () =>
        {
            var status = (await place.Client.GetAsync(
                ChatOpsKinds.Restores, place.Namespace, name, TestContext.Current.CancellationToken)).Status;
            return holds(status) ? status : null;
        });
}
