using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Reads from pods why they do not serve, in a colleague's words; pure.</summary>
internal static class PodTrouble
{
    private const int CrashesBeforeHopeless = 3;

    /// <summary>The first thing wrong, or null; hopeless when waiting longer will not mend it.</summary>
    public static (Fault Fault, bool Hopeless)? Of(IEnumerable<Pod> pods)
    {
        foreach (var pod in pods)
        {
            if (Of(pod) is { } trouble) return trouble;
        }
        return null;
    }

    /// <summary>What a pod is doing on its way to ready.</summary>
    public static string Doing(Pod pod)
    {
        var name = pod.Metadata.Name;
        if (pod.Metadata.DeletionTimestamp is not null) return $"{name} is stopping";
        if (pod.IsReady) return $"{name} is ready";
        var waiting = pod.Status.AllContainers.Select(c => c.State?.Waiting?.Reason).FirstOrDefault(r => !string.IsNullOrEmpty(r));
        if (waiting is not null and not "ContainerCreating" and not "PodInitializing") return $"{name}: {waiting}";
        return pod.Status.Phase == "Running" ? $"{name} runs, not ready yet" : $"{name} is being created";
    }

    private static (Fault, bool)? Of(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null || pod.IsReady) return null;
        foreach (var container in pod.Status.AllContainers)
        {
            if (OfContainer(pod.Metadata.Name, container) is { } trouble) return trouble;
        }
        var scheduling = pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" });
        return scheduling is null
            ? null
            : (new Fault("Unschedulable", $"no node takes {pod.Metadata.Name}: {scheduling.Message}",
                "Look at the nodes and the claims of the pod"), false);
    }

    private static (Fault, bool)? OfContainer(string pod, ContainerStatus container)
    {
        var reason = container.State?.Waiting?.Reason;
        var message = container.State?.Waiting?.Message;
        switch (reason)
        {
            case "ImagePullBackOff" or "ErrImagePull":
                var fault = new Fault(reason, $"{pod} cannot pull {container.Image}: {Gist(message)}",
                    "Check the version and that the cluster may pull from that registry");
                // The first failure may be the network; backing off means that it failed again.
                return (fault, reason == "ImagePullBackOff");
            case "InvalidImageName" or "ErrImageNeverPull" or "CreateContainerConfigError" or "CreateContainerError":
                return (new Fault(reason, $"{pod} cannot start {container.Name}: {message ?? reason}"), true);
        }
        var ended = container.State?.Terminated ?? container.LastState?.Terminated;
        if (container.RestartCount == 0 || ended is null || container.Ready) return null;
        var crash = new Fault("CrashLoopBackOff",
            $"{container.Name} in {pod} keeps ending with {ended.ExitCode}{(ended.Reason is { } r and not "Error" ? $" ({r})" : "")}",
            $"Read why with: kubectl logs {pod} -c {container.Name} --previous");
        return (crash, container.RestartCount >= CrashesBeforeHopeless);
    }

    /// <summary>
    /// Runtimes wrap the cause in everything they tried; the last clause is the cause: <c>not found</c>, <c>unauthorized</c>.
    /// </summary>
    private static string Gist(string? message) => message is null ? "no reason given"
        : message.Length <= 60 ? message
        : message[(message.LastIndexOf(": ", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];
}
