using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Runs;

/// <summary>What to snapshot and how; never changed once a run has it.</summary>
internal sealed record SnapshotRequest
{
    public required string Target { get; init; }

    public required string Home { get; init; }

    /// <summary>Where databases are spooled; null to stream them while they are held.</summary>
    public string? Scratch { get; init; }

    /// <summary>The resource that asks, as <c>namespace/name</c>.</summary>
    public string? Request { get; init; }

    public string? RequestUid { get; init; }

    public IReadOnlyList<string> Excludes { get; init; } = PathGlobs.LeftOutByDefault;

    /// <summary>Databases no header tells: Signal's is encrypted from its first byte.</summary>
    public IReadOnlyList<string> DatabaseGlobs { get; init; } = [".config/*/sql/db.sqlite", "sql/db.sqlite"];

    public PinLimits Limits { get; init; } = PinLimits.Default;

    public int Level { get; init; } = 3;

    public int Workers { get; init; } = Environment.ProcessorCount;
}
