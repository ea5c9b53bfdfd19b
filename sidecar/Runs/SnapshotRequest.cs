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

    /// <summary>Kept though they would be left out.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    public IReadOnlyList<string> DatabaseGlobs { get; init; } = PathGlobs.SignalDatabases;

    public PinLimits Limits { get; init; } = PinLimits.Default;

    /// <summary>Where locks mean nothing, copy databases as they lie and say so; otherwise that is refused.</summary>
    public bool AllowUnlocked { get; init; }

    /// <summary>Bytes a second to read for the archive; null for as fast as it goes. What is held still is never slowed.</summary>
    public ByteSize? Rate { get; init; }

    public Encryption Encryption { get; init; } = Encryption.Unsaid;

    public AgeProgram Age { get; init; } = AgeProgram.Installed;

    public int Level { get; init; } = 3;

    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Why a snapshot to this store would be refused, asked before anything is read; null when nothing is in the way.</summary>
    public async Task<Fault?> CheckAsync(IArchiveStore store, CancellationToken cancellation) =>
        SnapshotName.Check(Target)
        ?? (Directory.Exists(Home) ? null : new Fault(
            "NoHome", $"{(Home.Length == 0 ? "no directory is named" : $"there is no directory {Home}")} to take a snapshot of",
            "Give --home (SIDECAR_HOME)"))
        ?? Encryption.Check(store.IsRemote, store.Location, Age, cancellation)
        ?? await store.CheckWritableAsync(cancellation);
}
