using System.Text.Json.Serialization;
using ChatOps.Kubernetes;
using ChatOps.Retention;

namespace ChatOps.Resources;

/// <summary>A request for one consistent copy of a target's data, and how it went. The sidecar of the target carries it out.</summary>
public sealed record Snapshot : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public SnapshotSpec Spec { get => field ?? new(); init; }

    public SnapshotStatus Status { get => field ?? new(); init; }

    /// <summary>The moment of a schedule it was made for; null when nobody scheduled it.</summary>
    [JsonIgnore]
    public DateTimeOffset? ScheduledAt => DateTimeOffset.TryParse(
        Metadata.Annotation(ChatOpsKinds.ScheduledAtAnnotation), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;
}

/// <summary>What was asked for; immutable.</summary>
public sealed record SnapshotSpec
{
    public string Target { get => field ?? ""; init; }

    /// <summary>How it is made: <c>tar</c>.</summary>
    public string Driver { get => field ?? "tar"; init; }

    /// <summary>The name of the store the sidecar is to use; null means the one it is configured with.</summary>
    public string? Store { get; init; }

    /// <summary>Read the copy back and check it before it counts as made; unless it says false, it is.</summary>
    public bool? Verify { get; init; }

    /// <summary><c>manual</c>, <c>scheduled</c>, <c>pre-change</c> or <c>final</c>.</summary>
    public string Reason { get => field ?? "manual"; init; }

    /// <summary>Who asked, as <c>platform:id</c>.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Once it has succeeded and is verified, older snapshots of the target are removed by these; null removes none.</summary>
    public RetentionRules? Retention { get; init; }

    /// <summary>Archives that stay whatever the rules say: the ways back of changes at the time it was asked for.</summary>
    public IReadOnlyList<string>? Protect { get; init; }
}

/// <summary>Pending → Running → Verifying → Succeeded | Failed; Failed can follow any phase that is not an end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SnapshotPhase>))]
public enum SnapshotPhase
{
    Pending,
    Running,
    Verifying,
    Succeeded,
    Failed,
}

/// <summary>How a snapshot stands. Moves only through its verbs.</summary>
public sealed record SnapshotStatus
{
    /// <summary>The reason of its condition when something could not be read.</summary>
    private const string Incomplete = "Incomplete";

    public SnapshotPhase Phase { get; init; }

    public long ObservedGeneration { get; init; }

    /// <summary>The process that runs it: another one finding it Running knows that it was interrupted.</summary>
    public string? Runner { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The one instant the copy shows.</summary>
    public DateTimeOffset? CutTime { get; init; }

    public SnapshotProgress? Progress { get; init; }

    public SnapshotArchive? Archive { get; init; }

    public IReadOnlyList<SnapshotDatabase>? Databases { get; init; }

    public long? Files { get; init; }

    /// <summary>Bytes of the home that went into the archive, before compression.</summary>
    public long? BytesRead { get; init; }

    /// <summary>How long the databases were pinned; the writer went on all the while.</summary>
    public long? HeldMilliseconds { get; init; }

    /// <summary>The checks that were done, by name, such as <c>file hashes</c> or <c>b-tree walk</c>. Nothing else was.</summary>
    public IReadOnlyList<string>? Checks { get; init; }

    /// <summary>Checks that were done and failed, and what was missed: the archive is kept, but must not be relied on.</summary>
    public IReadOnlyList<string>? FailedChecks { get; init; }

    /// <summary>What a person should know though the snapshot succeeded: files that changed while read, checks left out.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Archives that were removed by its rules after it was made.</summary>
    public IReadOnlyList<string>? Pruned { get; init; }

    public ResourceFault? Error { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>Something of the home could not be read, and no check failed: what is there may be relied on, and is not all.</summary>
    [JsonIgnore]
    public bool IsIncomplete => Conditions?.Any(c => c is { Type: "Ready", Reason: Incomplete }) == true;

    [JsonIgnore]
    public bool IsFinal => Phase is SnapshotPhase.Succeeded or SnapshotPhase.Failed;

    public SnapshotStatus Start(string runner, DateTimeOffset now) => Phase == SnapshotPhase.Pending
        ? this with { Phase = SnapshotPhase.Running, Runner = runner, StartedAt = now }
        : throw new IllegalMoveException(nameof(Snapshot), Phase, "start");

    public SnapshotStatus Report(SnapshotProgress progress) => Phase is SnapshotPhase.Running or SnapshotPhase.Verifying
        ? this with { Progress = progress }
        : throw new IllegalMoveException(nameof(Snapshot), Phase, "report progress of");

    public SnapshotStatus Verify() => Phase == SnapshotPhase.Running
        ? this with { Phase = SnapshotPhase.Verifying }
        : throw new IllegalMoveException(nameof(Snapshot), Phase, "verify");

    /// <summary>These are gone from the store; said twice, it changes nothing.</summary>
    public SnapshotStatus Prune(IEnumerable<string> archives) => Phase is SnapshotPhase.Running or SnapshotPhase.Verifying
        ? this with { Pruned = [.. (Pruned ?? []).Union(archives)] }
        : throw new IllegalMoveException(nameof(Snapshot), Phase, "prune by");

    public SnapshotStatus Succeed(SnapshotResult result, DateTimeOffset now) => Phase is SnapshotPhase.Running or SnapshotPhase.Verifying
        ? this with
        {
            Phase = SnapshotPhase.Succeeded,
            FinishedAt = now,
            Progress = null,
            CutTime = result.CutTime,
            Archive = result.Archive,
            Databases = result.Databases,
            Files = result.Files,
            BytesRead = result.BytesRead,
            HeldMilliseconds = result.HeldMilliseconds,
            Checks = result.Checks,
            FailedChecks = result.Failures is { Count: > 0 } failures ? failures : null,
            Warnings = result.Warnings.Count == 0 ? null : result.Warnings,
            Conditions = [result.Failures.Count == 0
                ? Ready("True", "Succeeded", "the archive is complete and checked", now)
                : Ready("False", result.FailedChecks.Count > 0 ? "CheckFailed" : Incomplete, string.Join("; ", result.Failures), now)],
        }
        : throw new IllegalMoveException(nameof(Snapshot), Phase, "succeed");

    public SnapshotStatus Fail(ResourceFault error, DateTimeOffset now) => IsFinal
        ? throw new IllegalMoveException(nameof(Snapshot), Phase, "fail")
        : this with
        {
            Phase = SnapshotPhase.Failed,
            FinishedAt = now,
            Progress = null,
            Error = error,
            Conditions = [Ready("False", error.Reason, error.Message, now)],
        };

    /// <summary>
    /// As said of that generation of the resource: <c>kubectl wait</c> takes a condition of an older one for no answer
    /// (Kubernetes API conventions, "Typical status properties").
    /// </summary>
    internal SnapshotStatus Observing(long generation) => this with
    {
        ObservedGeneration = generation,
        Conditions = Conditions is null ? null : [.. Conditions.Select(c => c with { ObservedGeneration = generation })],
    };

    private static Condition Ready(string status, string reason, string message, DateTimeOffset now) => new()
    {
        Type = "Ready",
        Status = status,
        Reason = reason,
        Message = message,
        LastTransitionTime = now,
    };
}

/// <summary>What a finished snapshot leaves behind.</summary>
public sealed record SnapshotResult(
    DateTimeOffset CutTime,
    SnapshotArchive Archive,
    IReadOnlyList<SnapshotDatabase> Databases,
    long Files,
    long BytesRead,
    long HeldMilliseconds,
    IReadOnlyList<string> Checks,
    IReadOnlyList<string> FailedChecks,
    IReadOnlyList<string> Warnings)
{
    /// <summary>How much of the home could not be read, and the first of it; null when all could.</summary>
    public string? Missed { get; init; }

    /// <summary>Why it must not be relied on: what was missed is a failed check.</summary>
    internal IReadOnlyList<string> Failures => Missed is null ? FailedChecks : [.. FailedChecks, Missed];
}

public sealed record SnapshotProgress
{
    /// <summary>A few words for a person: <c>reading attachments</c>.</summary>
    public string Step { get => field ?? ""; init; }

    public long BytesDone { get; init; }

    public long BytesTotal { get; init; }

    public long BytesPerSecond { get; init; }

    public long FilesDone { get; init; }
}

public sealed record SnapshotArchive
{
    /// <summary>The name in the store, without a folder: what <c>restore</c> and <c>verify</c> take.</summary>
    public string Name { get => field ?? ""; init; }

    public long Bytes { get; init; }

    public string Sha256 { get => field ?? ""; init; }
}

public sealed record SnapshotDatabase
{
    /// <summary>Path below the home.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary><c>wal</c>, <c>rollback</c> or <c>unknown</c>. Only for WAL is it certain that no writer waited.</summary>
    public string? JournalMode { get; init; }

    public long Pages { get; init; }

    public long WalFrames { get; init; }

    public long PinnedMilliseconds { get; init; }

    /// <summary>The first 16 bytes as hex: a SQLCipher file's salt, constant for its life.</summary>
    public string? Fingerprint { get; init; }

    public bool Encrypted { get; init; }

    /// <summary><c>user_version</c>, where the file could be read.</summary>
    public long? UserVersion { get; init; }
}
