using System.Text.Json.Serialization;
using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>A request to put an archive back in place of a target's data, and how it went. The target must be stopped.</summary>
public sealed record Restore : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public RestoreSpec Spec { get => field ?? new(); init; }

    public RestoreStatus Status { get => field ?? new(); init; }
}

/// <summary>What was asked for; immutable.</summary>
public sealed record RestoreSpec
{
    public string Target { get => field ?? ""; init; }

    /// <summary>The archive's name in the store, or <c>latest</c>.</summary>
    public string Archive { get => field ?? ""; init; }

    public string? RequestedBy { get; init; }
}

/// <summary>Pending → Running → Succeeded | Failed; and Running → Pending when it was interrupted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestorePhase>))]
public enum RestorePhase
{
    Pending,
    Running,
    Succeeded,
    Failed,
}

/// <summary>How a restore stands. Moves only through its verbs.</summary>
public sealed record RestoreStatus
{
    public RestorePhase Phase { get; init; }

    /// <summary>The Job that carries it out.</summary>
    public string? Job { get; init; }

    /// <summary>How often it was begun; more than once when its pod was killed before it was done.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was begun last.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public ResourceFault? Error { get; init; }

    [JsonIgnore]
    public bool IsFinal => Phase is RestorePhase.Succeeded or RestorePhase.Failed;

    public RestoreStatus Start(string job, DateTimeOffset now) => Phase == RestorePhase.Pending
        ? this with { Phase = RestorePhase.Running, Job = job, Attempts = Attempts + 1, StartedAt = now }
        : throw new IllegalMoveException(nameof(Restore), Phase, "start");

    public RestoreStatus Again() => Phase == RestorePhase.Running
        ? this with { Phase = RestorePhase.Pending }
        : throw new IllegalMoveException(nameof(Restore), Phase, "begin again");

    public RestoreStatus Succeed(DateTimeOffset now) => Phase == RestorePhase.Running
        ? this with { Phase = RestorePhase.Succeeded, FinishedAt = now }
        : throw new IllegalMoveException(nameof(Restore), Phase, "succeed");

    public RestoreStatus Fail(ResourceFault error, DateTimeOffset now) => IsFinal
        ? throw new IllegalMoveException(nameof(Restore), Phase, "fail")
        : this with { Phase = RestorePhase.Failed, FinishedAt = now, Error = error };
}
