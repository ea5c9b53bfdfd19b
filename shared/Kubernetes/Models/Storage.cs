using System.Text.Json;

namespace ChatOps.Kubernetes;

public sealed record PersistentVolumeClaim : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public ClaimSpec Spec { get => field ?? new(); init; }

    public ClaimStatus Status { get => field ?? new(); init; }
}

public sealed record ClaimSpec
{
    public string? VolumeName { get; init; }

    public string? StorageClassName { get; init; }

    public IReadOnlyList<string>? AccessModes { get; init; }

    public ResourceRequirements? Resources { get; init; }
}

public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, string>? Requests { get; init; }
}

public sealed record ClaimStatus
{
    public string? Phase { get; init; }

    public IReadOnlyDictionary<string, string>? Capacity { get; init; }
}

public sealed record PersistentVolume : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public PersistentVolumeSpec Spec { get => field ?? new(); init; }
}

public sealed record PersistentVolumeSpec
{
    public string? PersistentVolumeReclaimPolicy { get; init; }

    public string? StorageClassName { get; init; }
}

/// <summary>Any object whose content is read as JSON only: ConfigMap, Secret, a custom resource of somebody else.</summary>
public sealed record DataResource : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public IReadOnlyDictionary<string, string>? Data { get; init; }

    public JsonElement? Spec { get; init; }

    public JsonElement? Status { get; init; }
}
