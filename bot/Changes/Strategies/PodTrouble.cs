using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Reads why pods do not serve, in a colleague's words; pure.</summary>
internal static class PodTrouble
{
    private const int CrashesBeforeHopeless = 3;

    /// <summary>
    /// The first thing wrong, or null; what is hopeless before what may yet mend itself.
    /// </summary>
    public static Trouble? Of(IEnumerable<Pod> pods, IReadOnlyList<Event> events)
    {
        var all = pods.Select(pod => Of(pod, events)).OfType<Trouble>().ToList();
        return all.FirstOrDefault(t => t.Hopeless) ?? all.FirstOrDefault();
    }

    /// <summary>What a pod is doing on its way to ready.</summary>
    public static string Doing(Pod pod, IReadOnlyList<Event> events)
    {
        var name = pod.Metadata.Name;
        if (pod.Metadata.DeletionTimestamp is not null) return $"{name} is stopping";
        if (pod.IsReady) return $"{name} is ready";
        var waiting = pod.Status.AllContainers.Select(c => c.State?.Waiting?.Reason).FirstOrDefault(r => !string.IsNullOrEmpty(r));
        if (waiting is not null and not "ContainerCreating" and not "PodInitializing") return $"{name}: {waiting}";
        if (pod.Status.AllContainers.FirstOrDefault(c => c.State?.Terminated is { ExitCode: not 0 }) is { } ended)
            return $"{name}: {ended.Name} ended with {ended.State!.Terminated!.ExitCode}";
        if ((Unplaced(pod) ?? Complaints.Of(pod, events)) is { } trouble) return trouble.Fault.Message;
        return pod.Status.Phase == "Running" ? $"{name} runs, not ready yet" : $"{name} is being created";
    }

    /// <summary>
    /// Whose log tells most: of the first pod that is not ready, the container that ended, else the one that runs unready.
    /// </summary>
    public static LogOrigin? Log(IEnumerable<Pod> pods) => pods.Where(p => p is { IsReady: false, Metadata.DeletionTimestamp: null })
        .SelectMany(pod => pod.Status.AllContainers.Where(c => !c.Ready).OrderByDescending(HasFailed).Select(c => Log(pod, c)))
        .FirstOrDefault(origin => origin is not null);

    private static LogOrigin? Log(Pod pod, ContainerStatus container) => container switch
    {
        { State.Terminated: not null and not { ExitCode: 0 } } or { State.Running: not null } =>
            new(pod.Metadata.Name, container.Name, false),
        { LastState.Terminated: not null } => new(pod.Metadata.Name, container.Name, true),
        _ => null,
    };

    private static bool HasFailed(ContainerStatus container) =>
        (container.State?.Terminated ?? container.LastState?.Terminated) is { ExitCode: not 0 };

    private static Trouble? Of(Pod pod, IReadOnlyList<Event> events)
    {
        if (pod.Metadata.DeletionTimestamp is not null || pod.IsReady) return null;
        return pod.Status.AllContainers.Select(c => OfContainer(pod.Metadata.Name, c)).FirstOrDefault(t => t is not null)
            ?? Unplaced(pod) ?? Complaints.Of(pod, events);
    }

    /// <summary>What the scheduler says; it goes on trying.</summary>
    private static Trouble? Unplaced(Pod pod) =>
        pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" }) is { } scheduling
            ? new(new("Unschedulable", $"no node takes {pod.Metadata.Name}: {Complaints.Short(scheduling.Message)}",
                "Look at the nodes and the claims of the pod"), Hopeless: false)
            : null;

    private static Trouble? OfContainer(string pod, ContainerStatus container)
    {
        var reason = container.State?.Waiting?.Reason;
        var message = container.State?.Waiting?.Message;
        switch (reason)
        {
            case "ImagePullBackOff" or "ErrImagePull":
                var fault = new Fault(reason, $"{pod} cannot pull {container.Image}: {Gist(message)}",
                    "Check the version and that the cluster may pull from that registry");
                // The first failure may be the network; backing off means that it failed again.
                return new(fault, reason == "ImagePullBackOff");
            case "InvalidImageName" or "ErrImageNeverPull" or "CreateContainerConfigError" or "CreateContainerError":
                return new(new Fault(reason, $"{pod} cannot start {container.Name}: {Complaints.Short(message ?? reason)}"), true);
        }
        var ended = container.State?.Terminated ?? container.LastState?.Terminated;
        if (container.RestartCount == 0 || ended is null || container.Ready) return null;
        var crash = new Fault("CrashLoopBackOff",
            $"{container.Name} in {pod} keeps ending with {ended.ExitCode}{(ended.Reason is { } r and not "Error" ? $" ({r})" : "")}",
            $"Read why with: kubectl logs {pod} -c {container.Name} --previous");
        return new(crash, container.RestartCount >= CrashesBeforeHopeless);
    }

    /// <summary>
    /// Runtimes wrap the cause in everything they tried; the last clause is the cause: <c>not found</c>, <c>unauthorized</c>.
    /// </summary>
    private static string Gist(string? message) => message is null ? "no reason given"
        : message.Length <= 60 ? message
        : message[(message.LastIndexOf(": ", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];
}
