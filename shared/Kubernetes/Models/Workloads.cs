using System.Text.Json;

namespace ChatOps.Kubernetes;

public sealed record StatefulSet : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public StatefulSetSpec Spec { get => field ?? new(); init; }

    public StatefulSetStatus Status { get => field ?? new(); init; }
}

public sealed record StatefulSetSpec
{
    public int? Replicas { get; init; }

    public string? ServiceName { get; init; }

    public LabelSelector Selector { get => field ?? new(); init; }

    public PodTemplate Template { get => field ?? new(); init; }

    public UpdateStrategy? UpdateStrategy { get; init; }

    public IReadOnlyList<PersistentVolumeClaim>? VolumeClaimTemplates { get; init; }
}

public sealed record UpdateStrategy
{
    /// <summary><c>RollingUpdate</c>, <c>OnDelete</c> or, for a Deployment, <c>Recreate</c>.</summary>
    public string? Type { get; init; }

    public RollingUpdate? RollingUpdate { get; init; }
}

public sealed record RollingUpdate
{
    public int? Partition { get; init; }
}

public sealed record StatefulSetStatus
{
    public long ObservedGeneration { get; init; }

    public int Replicas { get; init; }

    public int ReadyReplicas { get; init; }

    public int UpdatedReplicas { get; init; }

    public int CurrentReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public string? CurrentRevision { get; init; }

    public string? UpdateRevision { get; init; }
}

public sealed record Deployment : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public DeploymentSpec Spec { get => field ?? new(); init; }

    public DeploymentStatus Status { get => field ?? new(); init; }
}

public sealed record DeploymentSpec
{
    public int? Replicas { get; init; }

    public bool? Paused { get; init; }

    public LabelSelector Selector { get => field ?? new(); init; }

    public PodTemplate Template { get => field ?? new(); init; }

    public UpdateStrategy? Strategy { get; init; }

    public int? ProgressDeadlineSeconds { get; init; }
}

public sealed record DeploymentStatus
{
    public long ObservedGeneration { get; init; }

    public int Replicas { get; init; }

    public int ReadyReplicas { get; init; }

    public int UpdatedReplicas { get; init; }

    public int AvailableReplicas { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}

public sealed record ReplicaSet : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public ReplicaSetSpec Spec { get => field ?? new(); init; }
}

public sealed record ReplicaSetSpec
{
    public int? Replicas { get; init; }

    /// <summary>Whole, as a patch that brings it back needs it.</summary>
    public JsonElement Template { get; init; }
}

/// <summary>One remembered template of a StatefulSet; <see cref="Data"/> is a patch that brings it back.</summary>
public sealed record ControllerRevision : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public JsonElement Data { get; init; }

    public long Revision { get; init; }
}

public sealed record Job : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public JobSpec Spec { get => field ?? new(); init; }

    public JobStatus Status { get => field ?? new(); init; }

    /// <summary>Whether this condition is true of it, such as <c>Complete</c> or <c>Failed</c>.</summary>
    public bool Has(string condition) => Status.Conditions?.Any(c => c.Type == condition && c.Status == "True") == true;
}

public sealed record JobSpec
{
    public PodTemplate Template { get => field ?? new(); init; }
}

public sealed record JobStatus
{
    public int? Active { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
