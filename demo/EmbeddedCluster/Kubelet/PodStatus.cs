using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Tells a pod's status from what its containers are doing, as a real kubelet would word it.</summary>
internal static class PodStatus
{
    public static JsonObject Of(
        IReadOnlyList<ContainerRun> init, IReadOnlyList<ContainerRun> main, string restartPolicy,
        DateTimeOffset startedAt, JsonArray? before, string now)
    {
        var initialized = init.All(HasInitialized);
        var phase = Phase(init, main, restartPolicy, initialized);
        var ready = initialized && main.All(one => one.Ready) && init.Where(one => one.IsSidecar).All(one => one.Ready);
        var done = phase is "Succeeded" or "Failed";
        var status = new JsonObject { ["conditions"] = before?.DeepClone() ?? new JsonArray() };
        Controllers.Conditions.SetCondition(status, "PodScheduled", "True", "", "", now);
        Set(status, "Initialized", initialized, "ContainersNotInitialized", "containers with incomplete status: ",
            init.Where(one => !HasInitialized(one)), now);
        var unready = main.Concat(init.Where(one => one.IsSidecar)).Where(one => !one.Ready).ToList();
        var reason = done ? "PodCompleted" : "ContainersNotReady";
        Set(status, "ContainersReady", ready, reason, "containers with unready status: ", unready, now);
        Set(status, "Ready", ready, reason, "containers with unready status: ", unready, now);
        status["phase"] = phase;
        status["startTime"] = startedAt.ToApiTime();
        status["hostIP"] = "127.0.0.1";
        status["podIP"] = "127.0.0.1";
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = "127.0.0.1" });
        status["containerStatuses"] = new JsonArray([.. main.Select(StatusOf)]);
        if (init.Count > 0)
            status["initContainerStatuses"] = new JsonArray([.. init.Select(StatusOf)]);
        return status;
    }

    /// <summary>A sidecar that has started once has done its part, whatever becomes of it later.</summary>
    private static bool HasInitialized(ContainerRun run) =>
        run.IsSidecar ? run.StartedOnce.IsCompleted : run.State is Terminated { ExitCode: 0 };

    private static string Phase(IReadOnlyList<ContainerRun> init, IReadOnlyList<ContainerRun> main, string restartPolicy, bool initialized)
    {
        if (restartPolicy == "Never" && init.Any(one => one.HasEnded && one.State is Terminated { ExitCode: not 0 }))
            return "Failed";
        if (!initialized && main.All(one => one.State is Waiting && one.Log is null))
            return "Pending";
        // A pod has ended when its sidecars have, too: whoever sees it ended may take it away.
        if (main.All(one => one.HasEnded && one.State is Terminated) && init.All(one => one.HasEnded))
            return main.All(one => one.State is Terminated { ExitCode: 0 }) ? "Succeeded" : "Failed";
        return main.All(one => one.State is Waiting && one.Log is null) ? "Pending" : "Running";
    }

    private static void Set(
        JsonObject status, string type, bool value, string reason, string message, IEnumerable<ContainerRun> why, string now) =>
        Controllers.Conditions.SetCondition(status, type, value ? "True" : "False", value ? "" : reason,
            value || reason == "PodCompleted" ? "" : $"{message}[{string.Join(' ', why.Select(one => one.Name))}]", now);

    private static JsonObject StatusOf(ContainerRun run) => new()
    {
        ["name"] = run.Name,
        ["state"] = run.State.ToJson(),
        ["lastState"] = run.LastState?.ToJson() ?? [],
        ["ready"] = run.Ready || run is { IsInit: true, IsSidecar: false, State: Terminated { ExitCode: 0 } },
        ["started"] = run.State is Running && run.Started,
        ["restartCount"] = run.Restarts,
        ["image"] = run.Container.Text("image"),
        ["imageID"] = run.ImageId,
        ["containerID"] = run.Log is null ? "" : $"process://{run.Name}-{run.Restarts}",
    };
}
