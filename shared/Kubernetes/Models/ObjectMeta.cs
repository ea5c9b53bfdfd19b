namespace ChatOps.Kubernetes;

/// <summary>The metadata every object carries; empty collections rather than null.</summary>
public sealed record ObjectMeta
{
    public string Name { get => field ?? ""; init; }

    public string? GenerateName { get; init; }

    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public long Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public long? DeletionGracePeriodSeconds { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    public IReadOnlyList<string>? Finalizers { get; init; }

    public string? Label(string key) => Labels is not null && Labels.TryGetValue(key, out var value) ? value : null;

    public string? Annotation(string key) => Annotations is not null && Annotations.TryGetValue(key, out var value) ? value : null;

    public bool IsControlledBy(string? uid) => uid is not null && OwnerReferences?.Any(o => o.Controller == true && o.Uid == uid) == true;
}

public sealed record OwnerReference
{
    public string ApiVersion { get => field ?? ""; init; }

    public string Kind { get => field ?? ""; init; }

    public string Name { get => field ?? ""; init; }

    public string Uid { get => field ?? ""; init; }

    public bool? Controller { get; init; }

    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>A condition as the API conventions define it ("Typical status properties").</summary>
public sealed record Condition
{
    public string Type { get => field ?? ""; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get => field ?? ""; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public long? ObservedGeneration { get; init; }
}

public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>The selector as the <c>labelSelector</c> query parameter takes it.</summary>
    public override string ToString()
    {
        var parts = (MatchLabels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}");
        var sets = (MatchExpressions ?? []).Select(e => e.ToString());
        return string.Join(",", parts.Concat(sets));
    }
}

public sealed record LabelSelectorRequirement
{
    public string Key { get => field ?? ""; init; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    public string Operator { get => field ?? ""; init; }

    public IReadOnlyList<string>? Values { get; init; }

    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(",", Values ?? [])})",
        "NotIn" => $"{Key} notin ({string.Join(",", Values ?? [])})",
        "DoesNotExist" => $"!{Key}",
        _ => Key,
    };
}
