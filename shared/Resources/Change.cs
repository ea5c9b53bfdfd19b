using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>One requested alteration of a target: what was planned, who approved it, what was done and how it ended.</summary>
public sealed record Change : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public ChangeSpec Spec { get => field ?? new(); init; }

    public ChangeStatus Status { get => field ?? new(); init; }
}

/// <summary>What was asked for and the plan it was approved with; immutable.</summary>
public sealed record ChangeSpec
{
    public string Target { get => field ?? ""; init; }

    /// <summary><c>deploy</c>, <c>rollback</c>, <c>restore</c>, <c>attach</c> or <c>detach</c>.</summary>
    public string Action { get => field ?? ""; init; }

    /// <summary>A number people can type, unique among the changes of a namespace: <c>/approve 7</c>.</summary>
    public long Number { get; init; }

    /// <summary>What the command was given, by option name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get => field ?? new Dictionary<string, string>(); init; }

    public ChangePlan Plan { get => field ?? new(); init; }

    public Requester RequestedBy { get => field ?? new(); init; }

    public ApprovalRule Approvals { get => field ?? new(); init; }
}

public sealed record Requester
{
    /// <summary>The person's name in <c>chatops.yaml</c>.</summary>
    public string Person { get => field ?? ""; init; }

    public string Platform { get => field ?? ""; init; }

    public string DisplayName { get => field ?? ""; init; }
}

/// <summary>Who must agree before anything happens, fixed when the change was asked for.</summary>
public sealed record ApprovalRule
{
    /// <summary>How many people; 0 means the change runs at once.</summary>
    public int Required { get; init; }

    public string? Role { get; init; }

    /// <summary>Whether the requester's own approval counts.</summary>
    public bool SelfApproval { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
