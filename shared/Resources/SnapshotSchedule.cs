using System.Globalization;
using ChatOps.Kubernetes;
using ChatOps.Retention;

namespace ChatOps.Resources;

/// <summary>
/// Snapshots of a target at moments given in advance. The bot makes them, each named after its moment, so that none is made twice.
/// </summary>
public sealed record SnapshotSchedule : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public SnapshotScheduleSpec Spec { get => field ?? new(); init; }

    public SnapshotScheduleStatus Status { get => field ?? new(); init; }
}

/// <summary>When, and of what.</summary>
public sealed record SnapshotScheduleSpec
{
    public string Target { get => field ?? ""; init; }

    /// <summary>Five fields as in crontab(5): <c>0 3 * * *</c> is every day at three.</summary>
    public string Schedule { get => field ?? ""; init; }

    /// <summary>An IANA name, such as <c>Europe/Berlin</c>; null is UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Nothing is made while it is true, and what passes meanwhile is never made and never counts as missed.</summary>
    public bool? Suspend { get; init; }

    /// <summary>How late one may begin, as when nobody was there to begin it; later than that it is missed. Null is 600.</summary>
    public long? StartingDeadlineSeconds { get; init; }

    /// <summary><c>Forbid</c> (unless it says otherwise) leaves one out while the one before still runs; <c>Allow</c> does not.</summary>
    public string? ConcurrencyPolicy { get; init; }

    /// <summary>Names of the declared chats that hear of it; null means all with <c>notify</c>.</summary>
    public IReadOnlyList<string>? Notify { get; init; }

    /// <summary>Which snapshots of the target stay, whoever asked for them; null removes none.</summary>
    public RetentionRules? Retention { get; init; }
}

/// <summary>What says when moments come, as it was seen last.</summary>
/// <param name="TimeZone"><c>UTC</c> where the schedule names none.</param>
public sealed record ObservedSchedule(string Schedule, string TimeZone, bool Suspend)
{
    internal static ObservedSchedule Of(SnapshotScheduleSpec spec) =>
        new(spec.Schedule, spec.TimeZone is null or "" ? "UTC" : spec.TimeZone, spec.Suspend == true);
}

/// <summary>How the schedule stands. Moves only through its verbs.</summary>
public sealed record SnapshotScheduleStatus
{
    /// <summary>The reason of the news that all is well again.</summary>
    public const string Recovered = "Recovered";

    /// <summary>A clock this far ahead of the one that reads is within what two machines differ.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    /// <summary>The last moment that was dealt with: a snapshot was made, or it was missed.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The schedule that <see cref="LastScheduleTime"/> is of; null until the bot saw it first.</summary>
    public ObservedSchedule? Observed { get; init; }

    /// <summary>When the schedule or its zone was last changed, or it was paused or resumed: earlier moments are not its own.</summary>
    public DateTimeOffset? LastChangeTime { get; init; }

    /// <summary>The snapshot that was made last.</summary>
    public string? LastSnapshot { get; init; }

    public DateTimeOffset? LastSuccessfulTime { get; init; }

    /// <summary>The moment of the newest one that failed.</summary>
    public DateTimeOffset? LastFailedTime { get; init; }

    /// <summary>Since when no snapshot has succeeded that should have; null while all is well.</summary>
    public DateTimeOffset? UnwellSince { get; init; }

    /// <summary>What went wrong last.</summary>
    public ResourceFault? Error { get; init; }

    /// <summary>What people have not been told yet; told once, it is cleared.</summary>
    public ResourceFault? Unreported { get; init; }

    /// <summary>After this the moments of the schedule are its own and not dealt with; null while nothing is known.</summary>
    public DateTimeOffset? CountsFrom => LastChangeTime > LastScheduleTime ? LastChangeTime : LastScheduleTime ?? LastChangeTime;

    /// <summary>
    /// The schedule is this one now. Times that are still to come were written before the clock was put back: they would silence the
    /// schedule until then, and are forgotten.
    /// </summary>
    /// <param name="changed">When it became so, where that is known; now without it.</param>
    public SnapshotScheduleStatus Observe(SnapshotScheduleSpec spec, DateTimeOffset now, DateTimeOffset? changed = null)
    {
        var form = ObservedSchedule.Of(spec);
        if (CountsFrom > now + ClockTolerance)
            return this with { Observed = form, LastScheduleTime = LastScheduleTime < now ? LastScheduleTime : null, LastChangeTime = now };
        if (form == Observed) return this;
        return this with { Observed = form, LastChangeTime = Observed is null ? LastChangeTime : changed < now ? changed : now };
    }

    /// <summary>The moment was dealt with by making this snapshot.</summary>
    public SnapshotScheduleStatus Make(DateTimeOffset moment, string snapshot) =>
        this with { LastScheduleTime = moment, LastSnapshot = snapshot };

    /// <summary>The moment passed without a snapshot that should have been made.</summary>
    public SnapshotScheduleStatus Miss(DateTimeOffset moment, ResourceFault why) =>
        this with { LastScheduleTime = moment, UnwellSince = UnwellSince ?? moment, Error = why, Unreported = At(moment, why) };

    public SnapshotScheduleStatus Fail(DateTimeOffset moment, ResourceFault why) =>
        this with { LastFailedTime = moment, UnwellSince = UnwellSince ?? moment, Error = why };

    public SnapshotScheduleStatus Succeed(DateTimeOffset moment) => this with
    {
        LastSuccessfulTime = moment,
        UnwellSince = null,
        Error = null,
        Unreported = UnwellSince is { } since
            ? new ResourceFault(
                Recovered, string.Create(CultureInfo.InvariantCulture, $"none had since {since:yyyy-MM-dd HH:mm} UTC"), null)
            : Unreported,
    };

    /// <summary>People have been told.</summary>
    public SnapshotScheduleStatus Report() => this with { Unreported = null };

    private static ResourceFault At(DateTimeOffset moment, ResourceFault why) =>
        why with { Message = string.Create(CultureInfo.InvariantCulture, $"due {moment.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {why.Message}") };
}
