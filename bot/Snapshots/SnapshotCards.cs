using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Schedules;
using ChatOps.Resources;
using ChatOps.Retention;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>Shows a Snapshot as a card; pure.</summary>
internal static class SnapshotCards
{
    /// <param name="others">The target's snapshots, to tell whether this one shows the same databases.</param>
    public static Card Of(Snapshot snapshot, IEnumerable<Snapshot>? others = null) => snapshot.Status.Phase switch
    {
        SnapshotPhase.Succeeded => Succeeded(
            snapshot, RetentionView.ReplacedIn(snapshot, others ?? []), RetentionView.LostIn(snapshot, others ?? [])),
        SnapshotPhase.Failed => Failed(snapshot),
        _ => Running(snapshot),
    };

    private static Card Running(Snapshot snapshot)
    {
        var progress = snapshot.Status.Progress;
        return new Card(CardState.Working, $"Snapshot of {snapshot.Spec.Target}")
        {
            Progress = progress is { BytesTotal: > 0 }
                ? new CardProgress((double)progress.BytesDone / progress.BytesTotal, Doing(progress))
                : new CardProgress(
                    null, snapshot.Status.Phase == SnapshotPhase.Pending ? "waiting for the sidecar" : progress?.Step ?? "starting"),
            Footer = By(snapshot),
        };
    }

    private static string Doing(SnapshotProgress progress)
    {
        var text = $"{progress.Step} · {new ByteSize(progress.BytesDone)} of {new ByteSize(progress.BytesTotal)}";
        if (progress.BytesPerSecond <= 0) return text;
        var left = TimeSpan.FromSeconds((double)Math.Max(0, progress.BytesTotal - progress.BytesDone) / progress.BytesPerSecond);
        return $"{text} · {new ByteSize(progress.BytesPerSecond)}/s · {Phrases.Duration(left)} left";
    }

    private static Card Succeeded(Snapshot snapshot, DatabaseReplacement? replacement, DataLoss? loss)
    {
        var status = snapshot.Status;
        List<string> lines =
        [
            $"{Counted.Of(status.Databases?.Count ?? 0, "database")}, {Counted.Of(status.Files ?? 0, "file")}, "
                + $"{new ByteSize(status.BytesRead ?? 0)} → {new ByteSize(status.Archive?.Bytes ?? 0)}",
            $"{Took(status)}{Held(snapshot)}",
            status.Checks is { Count: > 0 } checks ? $"checked: {string.Join(", ", checks.Select(Words).Distinct())}" : "not checked",
        ];
        if (replacement is not null) lines.Insert(0, Replaced(snapshot, replacement));
        if (loss is not null) lines.Insert(0, Lost(snapshot, loss));
        if (status.Pruned is { Count: > 0 } pruned) lines.Add($"removed {Counted.Of(pruned.Count, "older snapshot")}");
        if (Late(snapshot) is { } late) lines.Add($"⚠ begun {Phrases.Duration(late)} late");
        lines.AddRange((status.FailedChecks ?? []).Take(2).Select(f => $"✘ {f}"));
        lines.AddRange((status.Warnings ?? []).Take(2).Select(w => $"⚠ {w}"));
        lines.Add(status.Archive?.Name ?? "");
        var (state, said) = status switch
        {
            { IsIncomplete: true } => (CardState.Warning, ": made, but incomplete"),
            { FailedChecks.Count: > 0 } => (CardState.Failed, ": made, but a check failed"),
            _ => (replacement is null && loss is null ? CardState.Succeeded : CardState.Warning, ""),
        };
        return new Card(state, $"Snapshot of {snapshot.Spec.Target}{said}") { Lines = lines, Footer = By(snapshot) };
    }

    private static string Lost(Snapshot snapshot, DataLoss loss) =>
        $"⚠ {loss.What} since the last snapshot. Older snapshots are kept until somebody says "
            + RetentionCards.Accept(snapshot.Spec.Target, loss);

    private static string Replaced(Snapshot snapshot, DatabaseReplacement replacement) =>
        "⚠ The database was replaced since the last snapshot: the application was reset or set up anew. "
            + "Older snapshots are kept until somebody says "
            + $"/schedule accept {snapshot.Spec.Target} {replacement.Databases[0].Fingerprint}";

    /// <summary>
    /// That the application never waited is said only where it is certain: every database in WAL mode, held by shared locks.
    /// </summary>
    private static string Held(Snapshot snapshot)
    {
        if (snapshot.Status is not { HeldMilliseconds: { } ms, Databases: { Count: > 0 } databases }) return "";
        var held = $" · pinned {ms.ToString("#,0", CultureInfo.InvariantCulture)} ms";
        return databases.All(d => d.JournalMode == "wal") ? $"{held} · {snapshot.Spec.Target} never waited" : held;
    }

    /// <summary>The sidecar's names of checks, in words for people.</summary>
    private static string Words(string check) => check switch
    {
        "file-sha256" or "archive-sha256" => "hashes",
        "wal-checksums" => "WAL",
        "page-hmac" => "page MACs",
        "quick_check" => "b-trees",
        "age-header" => "encrypted",
        "age-decrypted" => "decrypted",
        "zstd" or "tar" or "file-list" => "archive read back",
        _ => check,
    };

    private static Card Failed(Snapshot snapshot)
    {
        var error = snapshot.Status.Error;
        List<string> lines = [error?.Message ?? "no reason was given"];
        if (error?.Hint is { } hint) lines.Add(hint);
        return new Card(CardState.Failed, $"Snapshot of {snapshot.Spec.Target}: failed")
        {
            Lines = lines,
            Footer = By(snapshot),
            Buttons = [new Button($"/snapshot {snapshot.Spec.Target}", "Try again")],
        };
    }

    private static string Took(SnapshotStatus status) =>
        status is { StartedAt: { } from, FinishedAt: { } to } ? Phrases.Duration(to - from) : "";

    /// <summary>How much later than scheduled it was made; null when that is nothing to speak of.</summary>
    private static TimeSpan? Late(Snapshot snapshot) =>
        snapshot.ScheduledAt is { } due && snapshot.Metadata.CreationTimestamp - due is { } late && late > ScheduleStep.OnTime
            ? late
            : null;

    private static string By(Snapshot snapshot) => snapshot.ScheduledAt is { } due
        ? $"schedule {snapshot.Spec.RequestedBy?.Split(':')[^1]}"
            + $" · due {due.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)} UTC · {snapshot.Metadata.Name}"
        : $"asked by {snapshot.Spec.RequestedBy?.Split(':')[^1] ?? "nobody known"} · {snapshot.Metadata.Name}";
}
