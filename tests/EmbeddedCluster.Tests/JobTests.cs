using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

public sealed class JobTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_job_that_takes_longer_than_its_deadline_fails_and_its_pod_is_stopped(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync("""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: slow}
            spec:
              activeDeadlineSeconds: 3
              template:
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 2
                  containers: [{name: app, image: "test/polite:1"}]
            """);
        await ns.OkAsync("wait job/slow --for=condition=Failed --timeout=150s");
        var job = (await ns.FindAsync("job/slow"))!;
        Assert.Equal("DeadlineExceeded", job.ItemsAt("status", "conditions").Single(one => one.Text("type") == "Failed").Text("reason"));
        // The real controller loses this count when its first status update meets a conflict: the pod is gone by the second.
        Assert.True(job.Number("status", "failed") == 1 || kind == "real");
        Assert.Null(job.Number("status", "active"));
        await Eventually.TrueAsync("its pod is gone", async () => await ns.OkAsync("get pods -o name") is "");
    }
}
