using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;
using static ChatOps.Bot.Tests.Snapshots.RestoreStage;

namespace ChatOps.Bot.Tests.Snapshots;

/// <summary>Restores of homes that are a folder of their volume.</summary>
public sealed class RestoredFolderTests(Clusters clusters)
{
    public static TheoryData<string> Kinds => Clusters.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_lies_in_a_folder_of_the_volume_is_restored_into_that_folder(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await ApplicationAsync(place, "subPath: signal/data");
        await using var bot = await BotAsync(place, "interrupted:1");
        Assert.Equal(RestorePhase.Succeeded, (await RestoredAsync(place, "folder")).Phase);
        var volume = place.Cluster.Kubelet!.ClaimDirectory(place.Namespace, "data");
        Assert.Equal(["signal/data/begun"], Directory.GetFiles(volume, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(volume, f)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Into_a_folder_that_only_the_application_can_name_nothing_is_restored(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await ApplicationAsync(place, "subPathExpr: $(HOSTNAME)");
        await using var bot = await BotAsync(place, "restores:1");
        var failed = await RestoredAsync(place, "unnamed");
        Assert.Equal((RestorePhase.Failed, "HomeBySubPathExpr"), (failed.Phase, failed.Error!.Reason));
        Assert.Equal("", await place.KubectlAsync("get jobs -o name"));
    }

    /// <summary>Stopped, with its home mounted.</summary>
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
              containers: [{ name: app, image: "app:1", volumeMounts: [{ name: data, mountPath: /data, {{folder}} }] }]
              volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        """);
}
