using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

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

    public Encryption Encryption { get; init; } = Encryption.Unsaid;

    public AgeProgram Age { get; init; } = AgeProgram.Installed;

    public int Level { get; init; } = 3;

    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Why a snapshot to this store would be refused, asked before anything is read; null when nothing is in the way.</summary>
    public async Task<Fault?> CheckAsync(IArchiveStore store, CancellationToken cancellation) =>
        SnapshotName.Check(Target)
        ?? (Directory.Exists(Home) ? null : new Fault(
            "NoHome", $"there is no directory {Home} to take a snapshot of", "Give --home (SIDECAR_HOME)"))
        ?? Encryption.Check(store.IsRemote, store.Location, Age, cancellation)
        ?? await store.CheckWritableAsync(cancellation);
}
