using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;
using static ChatOps.Bot.Tests.Snapshots.RestoreStage;

namespace ChatOps.Bot.Tests.Snapshots;

/// <summary>Restores as Jobs, with pods that are processes.</summary>
public sealed class RestoreTests(Clusters clusters)
{
    /// <summary>Of a pod that uses the claim.</summary>
    private const string Spec = """{restartPolicy: Never, containers: [{name: app, image: "app:1"}], """
        + "volumes: [{name: data, persistentVolumeClaim: {claimName: data} }] }";

    public static TheoryData<string> Kinds => Clusters.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_restore_ends_as_its_job_ends(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await using var good = await BotAsync(place, "restores:1");
        Assert.Equal(RestorePhase.Succeeded, (await RestoredAsync(place, "good")).Phase);
        await good.DisposeAsync();
        await using var bad = await BotAsync(place, "cannot:1");
        var failed = await RestoredAsync(place, "bad");
        Assert.Equal((RestorePhase.Failed, "RestoreFailed"), (failed.Phase, failed.Error!.Reason));
        Assert.Equal("restore of latest failed: the archive is damaged", failed.Error.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Data_is_not_replaced_under_a_pod_that_uses_it(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
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
        var place = await PlaceAsync(clusters, kind);
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

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_job_that_the_cluster_refuses_fails_the_restore_in_its_own_words(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await RefuseJobsAsync(place);
        await using var bot = await BotAsync(place, "restores:1");
        var failed = await RestoredAsync(place, "refused");
        Assert.Equal((RestorePhase.Failed, "Forbidden"), (failed.Phase, failed.Error!.Reason));
        Assert.Contains("is forbidden: exceeded quota: none", failed.Error.Message, StringComparison.Ordinal);
        Assert.EndsWith("the data that was there is untouched", failed.Error.Message, StringComparison.Ordinal);
        Assert.Equal($"A quota is used up, no right is missing: kubectl -n {place.Namespace} describe resourcequota", failed.Error.Hint);
        Assert.Equal("", await place.KubectlAsync("get jobs -o name"));
    }

    [Fact]
    public async Task A_job_that_cannot_be_made_for_a_while_is_made_when_it_can()
    {
        var place = await PlaceAsync(clusters, "embedded");
        place.Cluster.Embedded!.Faults.Fail(3, 503, when: r => IsJobMade(r, place));
        await using var bot = await BotAsync(place, "restores:1");
        Assert.Equal(RestorePhase.Succeeded, (await RestoredAsync(place, "later")).Phase);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_cannot_be_made_in_time_is_given_up_and_does_not_come_later(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        var mend = await BreakJobsAsync(place);
        await using var bot = await BotAsync(place, "restores:1", "3s");
        var failed = await RestoredAsync(place, "broken");
        Assert.Equal((RestorePhase.Failed, "InternalError"), (failed.Phase, failed.Error!.Reason));
        Assert.Contains("failed calling webhook", failed.Error.Message, StringComparison.Ordinal);
        await mend();
        Assert.Equal(RestorePhase.Succeeded, (await RestoredAsync(place, "mended")).Phase);
        Assert.Equal("job.batch/mended\n", await place.KubectlAsync("get jobs -o name"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_whose_pod_cannot_start_is_taken_away_and_says_why(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await using var bot = await BotAsync(place, "nowhere:1");
        var failed = await RestoredAsync(place, "stuck");
        Assert.Equal((RestorePhase.Failed, "NotStarted"), (failed.Phase, failed.Error!.Reason));
        Assert.Contains(
            "its pod cannot pull nowhere:1; the data that was there is untouched", failed.Error.Message, StringComparison.Ordinal);
        Assert.Equal("", await place.KubectlAsync("get jobs,pods -o name"));
    }

    [Fact]
    public async Task One_that_gets_no_pod_is_taken_away_and_says_so()
    {
        var place = await PlaceAsync(clusters, "real");
        await QuotaAsync(place, "pods");
        await using var bot = await BotAsync(place, "restores:1", "3s");
        var failed = await RestoredAsync(place, "podless");
        Assert.Equal(
            "restore of latest cannot begin: its Job made no pod within 3.0 s; the data that was there is untouched",
            failed.Error?.Message);
        Assert.Equal("", await place.KubectlAsync("get jobs -o name"));
        Assert.Contains(
            "exceeded quota",
            await place.KubectlAsync("get events --field-selector involvedObject.name=podless"),
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_is_killed_is_begun_again_and_finishes_what_it_began(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await using var bot = await BotAsync(place, "interrupted:1");
        var status = await RestoredAsync(place, "killed");
        Assert.Equal((RestorePhase.Succeeded, 2), (status.Phase, status.Attempts));
        Assert.Equal("job.batch/killed\n", await place.KubectlAsync("get jobs -o name"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_is_killed_whenever_it_is_begun_says_that_it_has_to_be_finished(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await using var bot = await BotAsync(place, "killed:1");
        var failed = await RestoredAsync(place, "killed");
        Assert.Equal((RestorePhase.Failed, "RestoreFailed", 3), (failed.Phase, failed.Error!.Reason, failed.Attempts));
        Assert.Equal("restore of latest failed: it ended with 137 and said nothing; it was begun 3 times", failed.Error.Message);
        Assert.StartsWith(
            "Restore again before anything is written: that finishes what was begun.", failed.Error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_whose_job_is_deleted_is_begun_again_once_its_pod_is_gone(string kind)
    {
        var place = await PlaceAsync(clusters, kind);
        await using var bot = await BotAsync(place, "app:1");
        await CreateAsync(place, "deleted");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var running = await PodRunsAsync(place);
            Assert.Equal(attempt, (await WhenAsync(place, "deleted", s => s.Phase == RestorePhase.Running)).Attempts);
            await place.KubectlAsync("delete job deleted --wait=false");
            await Eventually.TrueAsync("its pod is gone", async () =>
                !(await place.KubectlAsync("get pods -o name")).Contains(running, StringComparison.Ordinal));
        }
        var failed = await WhenAsync(place, "deleted", s => s.IsFinal);
        Assert.Equal("restore of latest failed: its Job was deleted before it was done; it was begun 3 times", failed.Error?.Message);
        Assert.Equal("", await place.KubectlAsync("get jobs,pods -o name"));
    }

    /// <summary>The only one there is, once it runs.</summary>
    private static Task<string> PodRunsAsync(Place place) => Eventually.ValueAsync("its pod runs", async () =>
        await place.KubectlAsync("get pods --field-selector status.phase=Running -o name") is { Length: > 0 } pod ? pod : null);

    /// <summary>As an operator does who lets no Jobs run there.</summary>
    private static async Task RefuseJobsAsync(Place place)
    {
        if (place.Cluster.Embedded is not { } embedded)
        {
            await QuotaAsync(place, "count/jobs.batch");
            return;
        }
        const string Words = "jobs.batch \"refused\" is forbidden: exceeded quota: none, "
            + "requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0";
        embedded.Faults.Fail(1, 403, when: r => IsJobMade(r, place), message: Words);
    }

    /// <summary>A quota counts once its controller has looked at it.</summary>
    private static async Task QuotaAsync(Place place, string what)
    {
        await place.KubectlAsync($"create quota none --hard={what}=0");
        await Eventually.TrueAsync("the quota counts", async () =>
            await place.KubectlAsync("get quota none -o jsonpath={.status.hard}") is { Length: > 2 });
    }

    /// <summary>A webhook that must be asked about Jobs and is not there; mended, it is asked no more.</summary>
    private static async Task<Func<Task>> BreakJobsAsync(Place place)
    {
        if (place.Cluster.Embedded is { } embedded)
        {
            var broken = true;
            embedded.Faults.Fail(
                int.MaxValue, when: r => broken && IsJobMade(r, place),
                message: "Internal error occurred: failed calling webhook \"jobs.test\"");
            return () => Task.FromResult(broken = false);
        }
        await place.KubectlAsync($"label namespace {place.Namespace} asked=yes");
        await place.KubectlAsync("create -f -", $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: {{place.Namespace}} }
            webhooks:
            - name: jobs.test.example
              admissionReviewVersions: [v1]
              sideEffects: None
              failurePolicy: Fail
              namespaceSelector: {matchLabels: {asked: "yes"} }
              clientConfig: {url: "https://127.0.0.1:1/"}
              rules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
            """);
        // It counts once the API server has heard of it.
        await Eventually.TrueAsync("jobs are refused", async () =>
            (await place.Cluster.Kubectl().RunAsync($"create job probe -n {place.Namespace} --image=app:1 --dry-run=server"))
                .All.Contains("failed calling webhook", StringComparison.Ordinal));
        return async () =>
        {
            await place.KubectlAsync($"delete validatingwebhookconfiguration {place.Namespace}");
            await Eventually.TrueAsync("jobs are taken", async () =>
                (await place.Cluster.Kubectl().RunAsync($"create job probe -n {place.Namespace} --image=app:1 --dry-run=server"))
                    .ExitCode == 0);
        };
    }

    private static bool IsJobMade(HttpRequest request, Place place) =>
        request.Method == "POST" && request.Path.Value == $"/apis/batch/v1/namespaces/{place.Namespace}/jobs";
}
