using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Runs the pods of a Job until enough have succeeded, too many have failed, or its time is over.</summary>
internal sealed class JobController(ControllerClient client, TimeSpan backoff) : IController
{
    private const string Component = "job-controller";

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "batch/jobs" => [(change.Object.Namespace(), change.Object.Name())],
        "/pods" when change.Object.ControllerOf("Job") is { } key => [key],
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("jobs", ns, name) is not { } job || job.IsDeleting())
            return null;
        if (Finished(job) is { } finishedAt)
            return ExpireLater(job, finishedAt);
        var pods = client.Owned("pods", job);
        var status = Counts(job, pods);
        if (job.Flag("spec", "suspend"))
        {
            Stop(job, pods);
            status.Remove("startTime");
            status.SetCondition("Suspended", "True", "JobSuspended", "Job suspended", client.Now.ToApiTime());
            client.SetStatus("jobs", job, status);
            return null;
        }
        if (status.Condition("Suspended") is not null)
            status.SetCondition("Suspended", "False", "JobResumed", "Job resumed", client.Now.ToApiTime());
        var pause = Decide(job, pods, status);
        client.SetStatus("jobs", job, status);
        return pause;
    }

    private TimeSpan? Decide(JsonObject job, List<JsonObject> pods, JsonObject status)
    {
        var wanted = job.Number("spec", "completions") ?? 1;
        var (succeeded, failed) = (status.Number("succeeded") ?? 0, Failures(pods));
        var deadline = status.Instant("startTime")?.AddSeconds(job.Number("spec", "activeDeadlineSeconds") ?? 315_360_000);
        if (succeeded >= wanted)
            Finish(
                job, pods, status, "Complete", "CompletionsReached", "Reached expected number of succeeded pods",
                "Completed", "Job completed");
        else if (failed > (job.Number("spec", "backoffLimit") ?? 6))
            Finish(job, pods, status, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit", null, null);
        else if (deadline <= client.Now)
            Finish(job, pods, status, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline", null, null);
        else
            return Sooner(StartPods(job, pods, wanted - succeeded), deadline - client.Now);
        return null;
    }

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a < b || b is null || b > TimeSpan.FromDays(40) ? a : b;

    /// <summary>Starts what is missing; after a failure only when the pause for it is over.</summary>
    private TimeSpan? StartPods(JsonObject job, List<JsonObject> pods, long remaining)
    {
        var active = pods.Count(pod => pod.IsActive());
        var missing = Math.Min(job.Number("spec", "parallelism") ?? 1, remaining) - active;
        if (missing <= 0)
            return null;
        var failed = pods.Where(pod => pod.Text("status", "phase") == "Failed").ToList();
        if (failed.Count > 0)
        {
            var pause = TimeSpan.FromTicks(backoff.Ticks << Math.Min(failed.Count - 1, 6));
            var since = failed.Max(EndedAt) ?? client.Now;
            if (since + pause > client.Now)
                return since + pause - client.Now;
        }
        for (var i = 0; i < missing; i++)
            Create(job);
        return null;
    }

    private void Create(JsonObject job)
    {
        var pod = job.ObjectAt("spec", "template")!.Copy();
        pod.Metadata()["generateName"] = job.Name() + "-";
        pod.Metadata()["namespace"] = job.Namespace();
        pod.Metadata()["ownerReferences"] = new JsonArray(ControllerClient.Reference(job));
        var created = client.Create("pods", job.Namespace(), pod);
        client.Record(job, "Normal", "SuccessfulCreate", $"Created pod: {created.Name()}", Component);
    }

    private JsonObject Counts(JsonObject job, List<JsonObject> pods)
    {
        var status = new JsonObject { ["startTime"] = job.Text("status", "startTime") ?? client.Now.ToApiTime() };
        if (job.ArrayAt("status", "conditions") is { } conditions)
            status["conditions"] = conditions.DeepClone();
        (string Field, int Count)[] counts =
        [
            ("active", pods.Count(pod => pod.IsActive())), ("ready", pods.Count(pod => pod.IsActive() && pod.IsReady())),
            ("succeeded", pods.Count(pod => pod.Text("status", "phase") == "Succeeded")),
            ("failed", pods.Count(pod => pod.Text("status", "phase") == "Failed")),
        ];
        foreach (var (field, count) in counts.Where(one => one.Count > 0))
            status[field] = count;
        return status;
    }

    /// <summary>Failed pods, and restarts inside pods that restart by themselves.</summary>
    private static long Failures(List<JsonObject> pods) =>
        pods.Count(pod => pod.Text("status", "phase") == "Failed")
        + pods.Where(pod => pod.Text("spec", "restartPolicy") == "OnFailure")
            .SelectMany(pod => pod.ItemsAt("status", "containerStatuses")).Sum(one => one.Number("restartCount") ?? 0);

    private void Finish(
        JsonObject job, List<JsonObject> pods, JsonObject status,
        string type, string reason, string message, string? eventReason, string? eventMessage)
    {
        Stop(job, pods);
        // What is stopped because the Job failed has failed with it.
        if (type == "Failed" && status.Number("active") is { } stopped)
            status["failed"] = (status.Number("failed") ?? 0) + stopped;
        status.Remove("active");
        status.Remove("ready");
        if (type == "Complete")
        {
            status["completionTime"] = client.Now.ToApiTime();
            status.SetCondition("SuccessCriteriaMet", "True", reason, message, client.Now.ToApiTime());
        }
        else
            status.SetCondition("FailureTarget", "True", reason, message, client.Now.ToApiTime());
        status.SetCondition(type, "True", reason, message, client.Now.ToApiTime());
        client.Record(job, type == "Complete" ? "Normal" : "Warning", eventReason ?? reason, eventMessage ?? message, Component);
    }

    private void Stop(JsonObject job, List<JsonObject> pods)
    {
        foreach (var pod in pods.Where(pod => pod.IsActive()))
        {
            client.Delete("pods", pod);
            client.Record(job, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", Component);
        }
    }

    private TimeSpan? ExpireLater(JsonObject job, DateTimeOffset finishedAt)
    {
        if (job.Number("spec", "ttlSecondsAfterFinished") is not { } seconds)
            return null;
        var left = finishedAt.AddSeconds(seconds) - client.Now;
        if (left > TimeSpan.Zero)
            return left;
        client.Delete(client.Kinds["jobs"], job, "Foreground");
        return null;
    }

    private static DateTimeOffset? Finished(JsonObject job) => job.ItemsAt("status", "conditions")
        .FirstOrDefault(one => one.Text("type") is "Complete" or "Failed" && one.Text("status") == "True").Instant("lastTransitionTime");

    private static DateTimeOffset? EndedAt(JsonObject pod) =>
        pod.ItemsAt("status", "containerStatuses").Select(one => one.Instant("state", "terminated", "finishedAt")).Max();
}
