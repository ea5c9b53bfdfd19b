using System.Text.Json;

namespace ChatOps.Kubernetes;

/// <summary>What holds for all containers of a pod, and for its volumes.</summary>
public sealed record PodSecurityContext
{
    public long? RunAsUser { get; init; }

    public long? RunAsGroup { get; init; }

    /// <summary>The group that volumes are given to when they are mounted, and that every process is in.</summary>
    public long? FsGroup { get; init; }

    public string? FsGroupChangePolicy { get; init; }

    public IReadOnlyList<long>? SupplementalGroups { get; init; }

    public JsonElement? SeLinuxOptions { get; init; }
}

/// <summary>Of one container; goes before what the pod says.</summary>
public sealed record SecurityContext
{
    public long? RunAsUser { get; init; }

    public long? RunAsGroup { get; init; }
}
