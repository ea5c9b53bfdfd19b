namespace ChatOps.Kubernetes;

/// <summary>Who holds something of which there may be one holder only (coordination.k8s.io/v1).</summary>
public sealed record Lease : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public LeaseSpec Spec { get => field ?? new(); init; }
}

public sealed record LeaseSpec
{
    /// <summary>Empty when it was given back.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    public DateTimeOffset? AcquireTime { get; init; }

    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}
