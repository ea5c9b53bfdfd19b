using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

public sealed class StatefulSetTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_new_image_replaces_the_old_pod_only_after_it_is_gone(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1"));
        var old = await ns.ReadyPodAsync("web-0");
        using var watch = ns.Follow("get pods -w --output-watch-events");
        await watch.LineAsync(line =>
            line.StartsWith("ADDED", StringComparison.Ordinal) && line.Contains("web-0", StringComparison.Ordinal));
        await ns.OkAsync("set image statefulset/web app=test/polite:2");
        await watch.LineAsync(line =>
            line.StartsWith("DELETED", StringComparison.Ordinal) && line.Contains("web-0", StringComparison.Ordinal));
        await watch.LineAsync(line =>
            line.StartsWith("ADDED", StringComparison.Ordinal) && line.Contains("web-0", StringComparison.Ordinal));
        Assert.NotEqual(old.Uid(), (await ns.ReadyPodAsync("web-0", "test/polite:2")).Uid());
        Assert.Contains("roll", await ns.OkAsync("rollout status statefulset/web --timeout=150s"), StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Pods_start_in_order_and_roll_from_the_highest(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1", replicas: 2));
        var first = await ns.ReadyPodAsync("web-0");
        var second = await ns.ReadyPodAsync("web-1");
        Assert.True(string.CompareOrdinal(first.Text("status", "startTime"), second.Text("status", "startTime")) <= 0);
        await ns.OkAsync("set image statefulset/web app=test/polite:2");
        await ns.ReadyPodAsync("web-1", "test/polite:2");
        await ns.ReadyPodAsync("web-0", "test/polite:2");
        var set = await ns.UntilAsync("statefulset/web", one =>
            one.Text("status", "currentRevision") == one.Text("status", "updateRevision"));
        Assert.Equal(2, set.Number("status", "updatedReplicas"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_pod_that_never_became_ready_survives_the_revert_of_the_template_until_it_is_deleted(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1"));
        await ns.ReadyPodAsync("web-0");
        await ns.OkAsync("set image statefulset/web app=test/polite:missing");
        var stuck = await ns.WaitingPodAsync("web-0", "ImagePullBackOff");
        await ns.OkAsync("rollout undo statefulset/web");
        var set = await ns.UntilAsync("statefulset/web", one =>
            one.Number("status", "observedGeneration") == one.Number("metadata", "generation"));
        Assert.NotEqual(stuck.Label("controller-revision-hash"), set.Text("status", "updateRevision"));
        Assert.Equal(stuck.Uid(), (await ns.FindAsync("pod/web-0"))?.Uid());
        await ns.OkAsync("delete pod web-0 --wait=false"); // kubectl may wait for the name, which the set takes again at once
        await ns.ReadyPodAsync("web-0", "test/polite:1");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_reverted_template_raises_its_old_revision(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1"));
        await ns.ReadyPodAsync("web-0", "test/polite:1");
        await ns.OkAsync("set image statefulset/web app=test/polite:2");
        await ns.ReadyPodAsync("web-0", "test/polite:2");
        await ns.OkAsync("set image statefulset/web app=test/polite:1");
        await ns.ReadyPodAsync("web-0", "test/polite:1");
        var revisions = (await ns.FindAsync("controllerrevisions"))!.ItemsAt("items").ToList();
        Assert.Equal([2L, 3L], revisions.Select(one => one.Number("revision")!.Value).Order());
        var newest = revisions.Single(one => one.Number("revision") == 3);
        Assert.Equal("replace", newest.Text("data", "spec", "template", "$patch"));
        Assert.Equal("test/polite:1", newest.ItemsAt("data", "spec", "template", "spec", "containers").Single().Text("image"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_partition_holds_pods_below_it_back(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1", replicas: 2));
        await ns.ReadyPodAsync("web-1");
        await ns.OkAsync("patch statefulset web --type=merge -p {\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}}}");
        await ns.OkAsync("set image statefulset/web app=test/polite:2");
        await ns.ReadyPodAsync("web-1", "test/polite:2");
        await ns.UntilAsync("statefulset/web", one =>
            one.Number("status", "updatedReplicas") == 1 && one.Number("status", "readyReplicas") == 2);
        await ns.ReadyPodAsync("web-0", "test/polite:1");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task With_OnDelete_a_pod_changes_only_when_it_is_deleted(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1")
            .Replace("  serviceName", "  updateStrategy: {type: OnDelete}\n  serviceName", StringComparison.Ordinal));
        var old = await ns.ReadyPodAsync("web-0");
        await ns.OkAsync("set image statefulset/web app=test/polite:2");
        await ns.UntilAsync("statefulset/web", one => one.Text("status", "updateRevision") != one.Text("status", "currentRevision"));
        Assert.Equal(old.Uid(), (await ns.FindAsync("pod/web-0"))!.Uid());
        await ns.OkAsync("delete pod web-0 --wait=false"); // kubectl may wait for the name, which the set takes again at once
        await ns.ReadyPodAsync("web-0", "test/polite:2");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Claims_outlive_their_statefulset_and_pods_do_not(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1"));
        await ns.ReadyPodAsync("web-0");
        await ns.OkAsync("delete statefulset web");
        await Eventually.TrueAsync("the pod is gone", async () => await ns.FindAsync("pod/web-0") is null);
        Assert.NotNull(await ns.FindAsync("pvc/data-web-0"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Claim_templates_cannot_be_changed(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1", replicas: 0));
        var refused = await ns.RunAsync(
            "patch statefulset web --type=json -p [{\"op\":\"replace\",\"path\":\"/spec/serviceName\",\"value\":\"other\"}]");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("updates to statefulset spec for fields other than", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("is invalid", refused.Errors, StringComparison.Ordinal);
    }
}
