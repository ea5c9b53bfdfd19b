using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tables;

/// <summary>Sums a pod up in the one word and the numbers that <c>kubectl get pods</c> shows.</summary>
internal static class PodRow
{
    public static string Ready(JsonObject pod)
    {
        var ready = pod.ItemsAt("status", "containerStatuses").Count(one => one.Flag("ready"));
        return $"{ready}/{pod.ItemsAt("spec", "containers").Count()}";
    }

    public static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var statuses = pod.ItemsAt("status", "containerStatuses").ToList();
        var count = statuses.Sum(one => one.Number("restartCount") ?? 0);
        var last = statuses.Select(one => one.Instant("lastState", "terminated", "finishedAt")).Max();
        return count > 0 && last is not null
            ? $"{count} ({HumanDuration.Since(last, now)} ago)"
            : count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public static string Status(JsonObject pod)
    {
        var status = pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Unknown";
        status = InitStatus(pod) ?? ContainersStatus(pod, status);
        return pod.IsDeleting() ? "Terminating" : status;
    }

    private static string? InitStatus(JsonObject pod)
    {
        var initContainers = pod.ItemsAt("spec", "initContainers").ToList();
        var statuses = pod.ItemsAt("status", "initContainerStatuses").ToList();
        for (var i = 0; i < statuses.Count; i++)
        {
            var terminated = statuses[i].ObjectAt("state", "terminated");
            var sidecar = initContainers.Find(one => one.Text("name") == statuses[i].Text("name")).Text("restartPolicy") == "Always";
            if (terminated.Number("exitCode") == 0 || (sidecar && statuses[i].Flag("started")))
                continue;
            if (terminated is not null)
                return $"Init:{terminated.Text("reason") ?? "ExitCode:" + terminated.Number("exitCode")}";
            var waiting = statuses[i].Text("state", "waiting", "reason");
            return waiting is not (null or "PodInitializing") ? $"Init:{waiting}" : $"Init:{i}/{initContainers.Count}";
        }
        return null;
    }

    private static string ContainersStatus(JsonObject pod, string status)
    {
        var running = false;
        foreach (var one in pod.ItemsAt("status", "containerStatuses").Reverse())
        {
            if (one.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
                status = waiting;
            else if (one.ObjectAt("state", "terminated") is { } terminated)
                status = terminated.Text("reason") ?? $"ExitCode:{terminated.Number("exitCode")}";
            else if (one.Flag("ready") && one.At("state", "running") is not null)
                running = true;
        }
        if (status != "Completed" || !running)
            return status;
        var ready = pod.ItemsAt("status", "conditions").Any(one => one.Text("type") == "Ready" && one.Text("status") == "True");
        return ready ? "Running" : "NotReady";
    }
}
