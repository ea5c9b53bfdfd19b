using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

public sealed class DeploymentTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_rollout_can_be_followed_and_undone(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1"));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        await ns.OkAsync("set image deployment/web app=test/polite:2");
        Assert.Contains(
            "successfully rolled out", await ns.OkAsync("rollout status deployment/web --timeout=150s"), StringComparison.Ordinal);
        Assert.Contains("2", await ns.OkAsync("rollout history deployment/web"), StringComparison.Ordinal);
        await ns.OkAsync("rollout undo deployment/web");
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        var deployment = (await ns.FindAsync("deployment/web"))!;
        Assert.Equal("test/polite:1", deployment.ItemsAt("spec", "template", "spec", "containers").Single().Text("image"));
        Assert.Equal("3", deployment.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal(2, (await ns.FindAsync("replicasets"))!.ItemsAt("items").Count());
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_rollout_without_progress_exceeds_its_deadline_and_keeps_the_old_pods(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", deadline: 3));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        await ns.OkAsync("set image deployment/web app=test/polite:broken");
        var failed = await ns.UntilAsync("deployment/web", one => one.ItemsAt("status", "conditions")
            .Any(condition => condition.Text("type") == "Progressing" && condition.Text("reason") == "ProgressDeadlineExceeded"));
        Assert.Equal(2, failed.Number("status", "availableReplicas"));
        Assert.Contains("exceeded its progress deadline",
            (await ns.RunAsync("rollout status deployment/web --timeout=150s")).Errors, StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Recreate_stops_all_old_pods_before_the_first_new_one(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1)
            .Replace("  replicas", "  strategy: {type: Recreate}\n  replicas", StringComparison.Ordinal));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        // From a version before what it is to see, so that nothing is missed whenever it begins.
        var (client, end) = (ns.Cluster.Client, TestContext.Current.CancellationToken);
        var before = await client.ListAsync(Kubernetes.Kinds.Pods, ns.Name, Selection.All, end);
        var old = Assert.Single(before.Items).Metadata.Uid;
        await ns.OkAsync("set image deployment/web app=test/polite:2");
        WatchEvent<Pod>? last = null;
        await foreach (var change in client.WatchAsync(Kubernetes.Kinds.Pods, ns.Name, Selection.All, before.ResourceVersion, end))
        {
            if (change.Object.Metadata.Uid != old) break;
            last = change;
        }
        // The controller goes on as soon as the pod is over, which it may be a moment before its object is gone.
        Assert.True(last is { Type: WatchEventType.Deleted } or { Object.IsOver: true }, $"the old pod was {last}");
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Deleting_a_deployment_takes_its_replicasets_and_pods_with_it(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        await ns.OkAsync("delete deployment web");
        await Eventually.TrueAsync("all is gone", async () => !(await ns.FindAsync("replicasets,pods"))!.ItemsAt("items").Any());
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Scaling_and_restarting_are_rollouts_of_their_own(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1));
        await ns.OkAsync("scale deployment/web --replicas=3");
        await ns.OkAsync("wait deployment/web --for=jsonpath={.status.availableReplicas}=3 --timeout=150s");
        await ns.OkAsync("rollout restart deployment/web");
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        Assert.Equal("2", (await ns.FindAsync("deployment/web"))!.Annotation("deployment.kubernetes.io/revision"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_paused_deployment_does_not_roll(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        await ns.OkAsync("rollout pause deployment/web");
        await ns.OkAsync("set image deployment/web app=test/polite:2");
        await ns.UntilAsync("deployment/web", one => one.Number("status", "observedGeneration") == one.Number("metadata", "generation"));
        Assert.Single((await ns.FindAsync("replicasets"))!.ItemsAt("items"));
        await ns.OkAsync("rollout resume deployment/web");
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        Assert.Equal(2, (await ns.FindAsync("replicasets"))!.ItemsAt("items").Count());
    }
}
