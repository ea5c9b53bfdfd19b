using System.Text.Json.Serialization;
using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>
/// AwaitingApproval → Approved → Running → Succeeded | Failed | RolledBack; from AwaitingApproval also Denied, Expired or Superseded
/// (the live state moved and a new plan is needed). RolledBack means: it failed and the way back succeeded. Failed: it failed, and
/// the error says how things stand.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChangePhase>))]
public enum ChangePhase
{
    AwaitingApproval,
    Approved,
    Running,
    Succeeded,
    Failed,
    RolledBack,
    Denied,
    Expired,
    Superseded,
}

/// <summary>How a change stands. Moves only through its verbs, so a controller that reads it knows where to go on.</summary>
public sealed record ChangeStatus
{
    private const string RunsAsPlanned = "RunsAsPlanned";

    public ChangePhase Phase { get; init; }

    public IReadOnlyList<Approval>? Approvals { get; init; }

    public IReadOnlyList<ChangeStep>? Steps { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The Snapshot taken before the first step.</summary>
    public string? PreChangeSnapshot { get; init; }

    /// <summary>Seconds in which no pod of the target was ready, as measured.</summary>
    public double? DowntimeSeconds { get; init; }

    /// <summary>Since when no pod is ready; null while one is.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>How many pods it had when it was stopped, and has again; null while nothing stopped it.</summary>
    public int? StoppedReplicas { get; init; }

    /// <summary>What runs when it is over, <c>repository@sha256:…</c>.</summary>
    public string? ResultImageId { get; init; }

    /// <summary><c>RunsAsPlanned</c>: whether the image that came up is the one the plan named; none where nobody can tell.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>How the image that runs is not the one of the plan, in words; null where it is, or nobody can tell.</summary>
    [JsonIgnore]
    public string? OtherImage => Conditions?.FirstOrDefault(c => c is { Type: RunsAsPlanned, Status: "False" })?.Message;

    /// <summary>Why the way back was taken; set as soon as that is decided.</summary>
    public ResourceFault? Error { get; init; }

    /// <summary>The end of the log of what failed, read before its pod went; null where nothing had run.</summary>
    public ContainerLog? FailureLog { get; init; }

    /// <summary>When the way back began; null while the change goes forward.</summary>
    public DateTimeOffset? RollingBackSince { get; init; }

    [JsonIgnore]
    public bool IsFinal => Phase is not (ChangePhase.AwaitingApproval or ChangePhase.Approved or ChangePhase.Running);

    public int Agreed => Approvals?.Count(a => a.Decision == "approved") ?? 0;

    /// <summary>Adds one agreement; with the last one needed the change becomes Approved.</summary>
    public ChangeStatus Approve(Approval approval, int required)
    {
        Require(ChangePhase.AwaitingApproval, "approve");
        var approvals = (IReadOnlyList<Approval>)[.. Approvals ?? [], approval with { Decision = "approved" }];
        var enough = approvals.Count(a => a.Decision == "approved") >= required;
        return this with { Approvals = approvals, Phase = enough ? ChangePhase.Approved : Phase };
    }

    /// <summary>No approval is needed: goes on at once.</summary>
    public ChangeStatus Admit()
    {
        Require(ChangePhase.AwaitingApproval, "admit");
        return this with { Phase = ChangePhase.Approved };
    }

    public ChangeStatus Deny(Approval denial, DateTimeOffset now)
    {
        Require(ChangePhase.AwaitingApproval, "deny");
        var denied = denial with { Decision = "denied" };
        return this with { Phase = ChangePhase.Denied, FinishedAt = now, Approvals = [.. Approvals ?? [], denied] };
    }

    public ChangeStatus Expire(DateTimeOffset now)
    {
        Require(ChangePhase.AwaitingApproval, "expire");
        return this with { Phase = ChangePhase.Expired, FinishedAt = now };
    }

    public ChangeStatus Supersede(ResourceFault why, DateTimeOffset now) => Phase is ChangePhase.AwaitingApproval or ChangePhase.Approved
        ? this with { Phase = ChangePhase.Superseded, FinishedAt = now, Error = why }
        : throw new IllegalMoveException(nameof(Change), Phase, "supersede");

    public ChangeStatus Start(DateTimeOffset now)
    {
        Require(ChangePhase.Approved, "start");
        return this with { Phase = ChangePhase.Running, StartedAt = now };
    }

    /// <summary>Decides for the way back; said once, a second time changes nothing.</summary>
    /// <param name="log">What the container that failed wrote last.</param>
    public ChangeStatus TurnBack(ResourceFault why, DateTimeOffset now, ContainerLog? log = null)
    {
        Require(ChangePhase.Running, "turn back");
        return RollingBackSince is null ? this with { RollingBackSince = now, Error = why, FailureLog = log } : this;
    }

    /// <summary>Records what came up, and whether that is what the plan named.</summary>
    /// <param name="asPlanned">Null where nobody can tell.</param>
    /// <param name="message">What the condition says of it.</param>
    public ChangeStatus CameUp(string? imageId, bool? asPlanned, string message, DateTimeOffset now)
    {
        Require(ChangePhase.Running, "record the image of");
        var condition = new Condition
        {
            Type = RunsAsPlanned,
            Status = asPlanned == true ? "True" : "False",
            Reason = asPlanned == true ? "SameDigest" : "OtherDigest",
            Message = message,
            LastTransitionTime = now,
        };
        return this with { ResultImageId = imageId, Conditions = asPlanned is null ? null : [condition] };
    }

    public ChangeStatus Succeed(DateTimeOffset now)
    {
        Require(ChangePhase.Running, "succeed");
        return this with { Phase = ChangePhase.Succeeded, FinishedAt = now };
    }

    public ChangeStatus RollBack(DateTimeOffset now)
    {
        Require(ChangePhase.Running, "roll back");
        return this with { Phase = ChangePhase.RolledBack, FinishedAt = now };
    }

    public ChangeStatus Fail(ResourceFault why, DateTimeOffset now) => Phase is ChangePhase.Approved or ChangePhase.Running
        ? this with { Phase = ChangePhase.Failed, FinishedAt = now, Error = why }
        : throw new IllegalMoveException(nameof(Change), Phase, "fail");

    /// <summary>The last ready pod went.</summary>
    public ChangeStatus GoAway(DateTimeOffset now) => AwaySince is null ? this with { AwaySince = now } : this;

    /// <summary>A pod is ready again: the time without one adds up.</summary>
    public ChangeStatus ComeBack(DateTimeOffset at) => AwaySince is { } since
        ? this with { AwaySince = null, DowntimeSeconds = (DowntimeSeconds ?? 0) + Math.Max(0, (at - since).TotalSeconds) }
        : this;

    public ChangeStep? Step(string name) => Steps?.FirstOrDefault(s => s.Name == name);

    /// <summary>Puts a step in, or in the place of the one with its name.</summary>
    public ChangeStatus With(ChangeStep step)
    {
        Require(ChangePhase.Running, "record a step of");
        var steps = (Steps ?? []).ToList();
        var at = steps.FindIndex(s => s.Name == step.Name);
        if (at < 0) steps.Add(step);
        else steps[at] = step;
        return this with { Steps = steps };
    }

    private void Require(ChangePhase phase, string verb)
    {
        if (Phase != phase) throw new IllegalMoveException(nameof(Change), Phase, verb);
    }
}

/// <summary>The end of a container's log.</summary>
public sealed record ContainerLog
{
    public string Pod { get => field ?? ""; init; }

    public string Container { get => field ?? ""; init; }

    /// <summary>The last 20 at most, the oldest first.</summary>
    public IReadOnlyList<string> Lines { get => field ?? []; init; }
}

/// <summary>One person's word on one plan.</summary>
public sealed record Approval
{
    public string Person { get => field ?? ""; init; }

    /// <summary><c>approved</c> or <c>denied</c>.</summary>
    public string Decision { get => field ?? ""; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The digest of the plan that person saw.</summary>
    public string PlanDigest { get => field ?? ""; init; }

    public string? Reason { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    Running,
    Succeeded,
    Failed,
}

/// <summary>One step of a change: a controller that starts anew goes on at the first that did not succeed.</summary>
public sealed record ChangeStep
{
    public string Name { get => field ?? ""; init; }

    public StepState State { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What a person sees beside it: <c>ghostwire-0 is pulling the image</c>.</summary>
    public string? Message { get; init; }
}
