using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tests;

public sealed class DeletionTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_deleted_namespace_takes_its_contents_and_their_processes_with_it(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1)
            + "\n---\n" + Programs.StatefulSet("set", "test/polite:1")
            + "\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}");
        var log = ns.Cluster.Kubelet!.Find((await ns.ReadyPodAsync("set-0")).Uid(), "app", previous: false)!;
        await ns.OkAsync($"delete namespace {ns.Name} --timeout=150s");
        Assert.Null(await ns.FindAsync($"namespace/{ns.Name}"));
        Assert.True(log.Read(0).Ended);
        Assert.Equal("", await ns.OkAsync("get all,configmap,persistentvolumeclaim,serviceaccount -o name"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_namespace_waits_for_a_finalizer_inside_it_and_takes_nothing_new_meanwhile(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.org/hold]}}");
        await ns.OkAsync($"delete namespace {ns.Name} --wait=false");
        await ns.UntilAsync("configmap/held", one => one.IsDeleting());
        var refused = await ns.RunAsync("create -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: late}}");
        Assert.Contains("because it is being terminated", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("Terminating", (await ns.FindAsync($"namespace/{ns.Name}"))!.Text("status", "phase"));
        await ns.OkAsync("patch configmap held --type=merge -p {\"metadata\":{\"finalizers\":null}}");
        await ns.OkAsync($"wait namespace/{ns.Name} --for=delete --timeout=150s");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_foreground_deletion_keeps_the_owner_until_its_last_pod_is_gone(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 1));
        await ns.OkAsync("rollout status deployment/web --timeout=150s");
        var pod = (await ns.OkAsync("get pods -o name")).Trim();
        await ns.OkAsync($"patch {pod} --type=merge -p {{\"metadata\":{{\"finalizers\":[\"example.org/hold\"]}}}}");
        await ns.OkAsync("delete deployment web --cascade=foreground --wait=false");
        var owner = await ns.UntilAsync("deployment/web", one => one.IsDeleting());
        Assert.Contains(owner.ArrayAt("metadata", "finalizers") ?? [], one => one.AsText() == "foregroundDeletion");
        Assert.Equal(pod, (await ns.OkAsync("get pods -o name")).Trim());
        await ns.OkAsync($"patch {pod} --type=merge -p {{\"metadata\":{{\"finalizers\":null}}}}");
        await ns.OkAsync("wait deployment/web --for=delete --timeout=150s");
        Assert.Equal("", await ns.OkAsync("get pods,replicasets -o name"));
    }
}
