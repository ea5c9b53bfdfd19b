using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

public sealed class KubeletTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_crashing_container_is_restarted_with_ever_longer_pauses(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("p", "test/polite:crash"));
        var pod = await ns.WaitingPodAsync("p", "CrashLoopBackOff");
        var status = pod.ItemsAt("status", "containerStatuses").Single();
        Assert.Equal(1, status.Number("lastState", "terminated", "exitCode"));
        Assert.True(status.Number("restartCount") >= 1);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_missing_image_is_reported_as_a_pull_that_backs_off(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("p", "test/polite:missing"));
        var pod = await ns.WaitingPodAsync("p", "ImagePullBackOff");
        Assert.Equal("Pending", pod.Text("status", "phase"));
        Assert.Contains("test/polite:missing",
            pod.ItemsAt("status", "containerStatuses").Single().Text("state", "waiting", "message"), StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_broken_image_runs_but_is_never_ready_and_a_slow_one_becomes_ready_later(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("broken", "test/polite:broken") + "\n---\n" + Programs.Pod("slow", "test/polite:slow"));
        await ns.ReadyPodAsync("slow");
        var broken = (await ns.FindAsync("pod/broken"))!;
        Assert.Equal("Running", broken.Text("status", "phase"));
        Assert.False(broken.ItemsAt("status", "containerStatuses").Single().Flag("ready"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task The_image_id_is_a_digest_that_belongs_to_the_tag(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("a", "test/polite:1")
            + "\n---\n" + Programs.Pod("b", "test/polite:1")
            + "\n---\n" + Programs.Pod("c", "test/polite:2"));
        var ids = new List<string?>();
        foreach (var name in (string[])["a", "b", "c"])
            ids.Add((await ns.ReadyPodAsync(name)).ItemsAt("status", "containerStatuses").Single().Text("imageID"));
        Assert.Matches("^docker.io/test/polite@sha256:[0-9a-f]{64}$", ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_container_that_ignores_SIGTERM_is_killed_when_its_grace_is_over(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("p", "test/stubborn:1"));
        await ns.StartedPodAsync("p");
        var started = TimeProvider.System.GetTimestamp();
        await ns.OkAsync("delete pod p --timeout=150s");
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 1.5, 60);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Init_containers_run_first_and_their_failure_stops_a_pod_that_never_restarts(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        const string Init = "restartPolicy: Never\n  initContainers: [{name: first, image: test/shell, args: [-c, 'exit %']}]";
        await ns.ApplyAsync(Programs.Pod("good", "test/polite:1", pod: Init.Replace('%', '0'))
            + "\n---\n" + Programs.Pod("bad", "test/polite:1", pod: Init.Replace('%', '3')));
        await ns.ReadyPodAsync("good");
        var bad = await ns.UntilAsync("pod/bad", one => one.Text("status", "phase") == "Failed");
        Assert.Equal(3, bad.ItemsAt("status", "initContainerStatuses").Single().Number("state", "terminated", "exitCode"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Environment_and_mounts_reach_the_process(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {word: hidden}}\n---\n"
            + Programs.Pod(
                "p", "test/shell",
                "args: [-c, 'echo \"$WHO $WORD $HOME_DIR\" > /data/out && sleep 1000']\n    "
                    + "env: [{name: WHO, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, "
                    + "{name: WORD, valueFrom: {secretKeyRef: {name: s, key: word}}}, {name: HOME_DIR, value: /data/home}]\n    "
                    + "volumeMounts: [{name: data, mountPath: /data}]\n    "
                    + "readinessProbe: {exec: {command: [test, -s, /data/out]}, periodSeconds: 1}",
                "volumes: [{name: data, persistentVolumeClaim: {claimName: c}}]")
            + "\n---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, "
            + "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        await ns.ReadyPodAsync("p");
        var claim = ns.Cluster.Kubelet!.ClaimDirectory(ns.Name, "c");
        Assert.Equal($"p hidden {claim}/home", (await File.ReadAllTextAsync(Path.Combine(claim, "out"))).Trim());
        await ns.UntilAsync("persistentvolumeclaim/c", one => one.Text("status", "phase") == "Bound");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_failing_liveness_probe_restarts_the_container(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(
            Programs.Pod("p", "test/polite:1", "livenessProbe: {exec: {command: ['false']}, periodSeconds: 1, failureThreshold: 1}"));
        await ns.UntilAsync("pod/p", one => one.ItemsAt("status", "containerStatuses").Any(status => status.Number("restartCount") >= 1));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_job_completes_and_one_that_fails_gives_up(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        static string Job(string name, string script, int backoff) => $$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: {{name}} }
            spec:
              backoffLimit: {{backoff}}
              template: {spec: {restartPolicy: Never, containers: [{name: app, image: test/shell, args: [-c, '{{script}}'] } ] } }
            """;
        await ns.ApplyAsync(Job("good", "exit 0", 1) + "\n---\n" + Job("bad", "exit 1", 0));
        await ns.OkAsync("wait job/good --for=condition=Complete --timeout=150s");
        await ns.OkAsync("wait job/bad --for=condition=Failed --timeout=150s");
        Assert.Contains("BackoffLimitExceeded", await ns.OkAsync("get job bad -o yaml"), StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_cordoned_node_takes_no_new_pod_until_it_is_uncordoned(string kind)
    {
        // Every pod of the node would wait, those of other tests too.
        await using var own = new SharedClusters();
        await using var ns = await own.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("before", "test/polite:1"));
        await ns.ReadyPodAsync("before");
        await ns.OkAsync("cordon local");
        await ns.ApplyAsync(Programs.Pod("after", "test/polite:1"));
        var waiting = await ns.UntilAsync("pod/after", one => one.ItemsAt("status", "conditions").Any(c =>
            c.Text("type") == "PodScheduled" && c.Text("status") == "False" && c.Text("reason") == "Unschedulable"));
        Assert.Null(waiting.Text("spec", "nodeName"));
        await ns.ReadyPodAsync("before");
        await ns.OkAsync("uncordon local");
        await ns.ReadyPodAsync("after");
    }

    [Fact]
    public async Task An_api_server_that_is_away_stops_no_container()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(programs: Programs.All);
        cluster.Embedded!.Apply(Programs.Pod("p", "test/polite:1"));
        System.Text.Json.Nodes.JsonObject? Pod() => cluster.Embedded.Find("v1", "Pod", "default", "p");
        await Eventually.TrueAsync("the pod is ready", () => Pod()!.ItemsAt("status", "containerStatuses").Any(one => one.Flag("ready")));
        var log = cluster.Kubelet!.Find(Pod()!.Uid(), "app", previous: false)!;
        await cluster.Embedded.Faults.RefuseConnectionsAsync();
        await cluster.Embedded.Faults.AcceptConnectionsAsync();
        cluster.Embedded.Apply(Programs.Pod("q", "test/polite:1"));
        await Eventually.TrueAsync("the next pod is ready", () =>
            cluster.Embedded.Find("v1", "Pod", "default", "q")!.ItemsAt("status", "containerStatuses").Any(one => one.Flag("ready")));
        Assert.False(log.Read(0).Ended);
        Assert.Equal(0, Pod()!.ItemsAt("status", "containerStatuses").Single().Number("restartCount"));
    }
}
