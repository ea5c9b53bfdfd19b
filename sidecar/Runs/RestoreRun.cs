using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a restore did. <see cref="Restored"/> is null when there was nothing to do.</summary>
/// <param name="Before">Where the earlier contents are kept.</param>
/// <param name="Losses">What could not be set as it was at home, in words.</param>
internal sealed record RestoreOutcome(
    Manifest? Restored, string Into, string? Before = null, IReadOnlyList<string>? Losses = null, string? Note = null);

/// <summary>
/// Restores one snapshot: extracts beside the place, checks every byte against the manifest, makes it durable and only then puts it
/// there. Whatever fails, what was there is there as it was, but after a <c>HalfPlaced</c> fault; that, and an interruption while it is put
/// there, is finished by running again.
/// </summary>
internal sealed class RestoreRun(IArchiveStore store, TimeProvider time, Action<RunProgress>? listener = null, AgeIdentity? identity = null)
{
    private readonly ProgressMeter _meter = new(listener);

    public async Task<RestoreOutcome> RunAsync(string choice, string? target, string directory, bool ifEmpty,
        CancellationToken cancellation)
    {
        using var steps = _meter;
        _meter.Enter(RunStep.Check);
        var placement = Placement.For(directory);
        var resumed = placement.Resume();
        if (ifEmpty && !placement.IsEmpty())
            return new(null, placement.Into, Note: resumed is null
                ? "it is not empty, so it was left as it is" : $"finished restoring {resumed}");
        var chosen = await SnapshotChoice.FindAsync(store, target, choice, time.GetUtcNow(), cancellation);
        if (ifEmpty && choice == SnapshotChoice.Latest && chosen.Fault?.Kind == SnapshotChoice.None)
            return new(null, placement.Into, Note: "the store holds no snapshot yet");
        var manifest = chosen.Value;
        if (resumed == manifest.Name)
            return new(manifest, placement.Into, Note: "finished the restore that had been interrupted");

        var extraction = new RestoreExtraction(store, identity, _meter);
        var needs = await RestoreNeeds.MeasureAsync(store, manifest, null, cancellation);
        if ((extraction.Refusal(manifest) ?? placement.Refusal()
            ?? needs.Check(Path.GetDirectoryName(placement.Partial)!, manifest.Name)) is { } refusal)
            throw new FaultException(refusal);
        try
        {
            placement.MakePartial();
            var losses = await extraction.RunAsync(manifest, placement.Partial, null, cancellation);

            _meter.Enter(RunStep.Place);
            // From here on nothing is cancelled: half a placing is worse than either end of it.
            var (before, note) = placement.Place(manifest.Name, time.GetUtcNow());
            return new(manifest, placement.Into, before, note is null ? losses : [.. losses, note]);
        }
        catch
        {
            placement.Abandon();
            throw;
        }
    }
}
