using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>A sidecar is planned, applied, found again and taken away on API servers, whatever the shape of the application.</summary>
public sealed class AttachedOnServersTests(Clusters clusters)
{
    public static TheoryData<string> Kinds => Clusters.Kinds;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_has_the_folder_and_the_user_of_the_application_and_leaves_nothing_behind(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await ApplicationAsync(place, "subPath: signal/data");
        var before = await PodAsync(place);
        var (target, sidecars, strategy) = Bot(
            place, "sidecar: { imagePullSecrets: [theirs, ours], resources: { limits: { cpu: 1000m } } }");

        var wanted = await sidecars.WantedAsync(target, await strategy.ReadAsync(target, Ended), Ended);
        Assert.Equal(("signal/data", "33:472", true), (wanted.HomeSubPath, $"{wanted.RunAs}", wanted.RunAs!.Stated));
        await strategy.PatchAsync(target, SidecarPatch.Attach(target, wanted), Ended);

        var raw = await strategy.ReadRawAsync(target, Ended);
        Assert.Equal(wanted, SidecarPlans.Present(target, await strategy.ReadAsync(target, Ended)));
        Assert.True(SidecarPlans.IsApplied(target, wanted, raw), raw!.ToJsonString());
        var (more, _, _) = Bot(place, "sidecar: { resources: { limits: { cpu: 1001m } } }");
        Assert.False(SidecarPlans.IsApplied(more, wanted, raw));
        Assert.Equal(["ours", "theirs"], Names(await PodAsync(place), "imagePullSecrets").Order());
        Assert.Equal(["ours"], SidecarParts.PullSecrets(raw)!);

        await strategy.PatchAsync(target, SidecarPatch.Detach(wanted with { PullSecrets = SidecarParts.PullSecrets(raw) }), Ended);
        Assert.True(JsonNode.DeepEquals(before, await PodAsync(place)), (await PodAsync(place)).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_folder_that_only_its_container_can_name_is_refused(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await ApplicationAsync(place, "subPathExpr: $(POD_NAME)");
        var (target, sidecars, strategy) = Bot(place, "");
        var failure = await Assert.ThrowsAsync<FaultException>(async () =>
            await sidecars.WantedAsync(target, await strategy.ReadAsync(target, Ended), Ended));
        Assert.Equal(
            "home mounts its home by subPathExpr $(POD_NAME), which only its own container can resolve", failure.Fault.Message);
    }

    private static (Target Target, SidecarPlans Sidecars, RollingStatefulSet Strategy) Bot(Place place, string home)
    {
        var target = TestSettings.Read($$"""
            shop: { workload: deployment/shop }
            home:
              workload: statefulset/home
              namespace: {{place.Namespace}}
              home:
                path: /data
                claim: data
                sidecarImage: sidecar:1
                {{home}}
            """, place.Namespace).Targets["home"];
        return (target, new(place.Client), new(place.Client, TimeProvider.System));
    }

    private static Task<string> ApplicationAsync(Place place, string folder) => place.KubectlAsync("create -f -", $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: home }
        spec:
          serviceName: home
          replicas: 0
          selector: { matchLabels: { app: home } }
          template:
            metadata: { labels: { app: home } }
            spec:
              securityContext: { runAsUser: 472, runAsGroup: 472, runAsNonRoot: true }
              imagePullSecrets: [{ name: theirs }]
              containers:
                - name: app
                  image: app:1
                  securityContext: { runAsUser: 33 }
                  env: [{ name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]
                  volumeMounts: [{ name: data, mountPath: /data, {{folder}} }]
              volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        """);

    /// <summary>Without what is nothing, an empty list.</summary>
    private static async Task<JsonObject> PodAsync(Place place)
    {
        var set = JsonNode.Parse(await place.KubectlAsync("get statefulset home -o json"))!;
        var pod = (JsonObject)set["spec"]!["template"]!["spec"]!;
        foreach (var empty in pod.Where(p => p.Value is JsonArray { Count: 0 }).Select(p => p.Key).ToList()) pod.Remove(empty);
        return pod;
    }

    private static IEnumerable<string?> Names(JsonObject pod, string list) => pod[list]!.AsArray().Select(o => (string?)o!["name"]);
}
