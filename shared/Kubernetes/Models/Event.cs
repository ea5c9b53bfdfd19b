namespace ChatOps.Kubernetes;

/// <summary>Something a component reports about an object; what <c>kubectl describe</c> lists last.</summary>
public sealed record Event : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public ObjectReference InvolvedObject { get => field ?? new(); init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }

    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>Set by whoever writes through events.k8s.io, which leaves <see cref="LastTimestamp"/> empty.</summary>
    public DateTimeOffset? EventTime { get; init; }

    public EventSeries? Series { get; init; }

    public int? Count { get; init; }

    /// <summary>When it was seen last, whichever way it was written.</summary>
    public DateTimeOffset SeenAt =>
        Series?.LastObservedTime ?? LastTimestamp ?? EventTime ?? Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;

    public bool IsWarning => Type == "Warning";
}

/// <summary>How often the same was told by one reporter (Kubernetes API reference, EventSeries v1 core).</summary>
public sealed record EventSeries
{
    public int? Count { get; init; }

    public DateTimeOffset? LastObservedTime { get; init; }
}

public sealed record ObjectReference
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }

    /// <summary>The object itself, as the server gave it.</summary>
    public static ObjectReference To(ResourceKind kind, IResource resource) => new()
    {
        ApiVersion = kind.ApiVersion,
        Kind = kind.Kind,
        Namespace = resource.Metadata.Namespace,
        Name = resource.Metadata.Name,
        Uid = resource.Metadata.Uid,
    };
}
