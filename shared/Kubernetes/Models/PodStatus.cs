namespace ChatOps.Kubernetes;

public sealed record PodStatus
{
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public string? PodIP { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }

    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }

    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; init; }

    public IEnumerable<ContainerStatus> AllContainers => (InitContainerStatuses ?? []).Concat(ContainerStatuses ?? []);
}

public sealed record ContainerStatus
{
    public string Name { get => field ?? ""; init; }

    public string Image { get => field ?? ""; init; }

    public string? ImageID { get; init; }

    public string? ContainerID { get; init; }

    public bool Ready { get; init; }

    public bool? Started { get; init; }

    public int RestartCount { get; init; }

    public ContainerState? State { get; init; }

    public ContainerState? LastState { get; init; }
}

public sealed record ContainerState
{
    public WaitingState? Waiting { get; init; }

    public RunningState? Running { get; init; }

    public TerminatedState? Terminated { get; init; }
}

public sealed record WaitingState
{
    public string? Reason { get; init; }

    public string? Message { get; init; }
}

public sealed record RunningState
{
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record TerminatedState
{
    public int ExitCode { get; init; }

    public int? Signal { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
