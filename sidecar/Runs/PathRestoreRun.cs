using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a restore of single paths did.</summary>
/// <param name="Kept">Where files that were in the way are now, below <paramref name="Into"/>.</param>
/// <param name="Same">What was there already, byte for byte.</param>
/// <param name="Losses">What could not be set as it was at home, in words.</param>
internal sealed record PathRestoreOutcome(
    Manifest Restored, string Into, IReadOnlyList<string> Placed, IReadOnlyList<string> Kept, IReadOnlyList<string> Same,
    IReadOnlyList<string> Losses);

/// <summary>
/// Restores single paths of a snapshot into a directory beside what is there. Everything is extracted and checked first, apart from it;
/// until then any failure leaves the directory untouched.
/// </summary>
internal sealed class PathRestoreRun(IArchiveStore store, TimeProvider time, Action<RunProgress>? listener = null,
    AgeIdentity? identity = null)
{
    private readonly ProgressMeter _meter = new(listener);

    public async Task<PathRestoreOutcome> RunAsync(
        string choice, string? target, string directory, PathSelection selection, CancellationToken cancellation)
    {
        using var steps = _meter;
        _meter.Enter(RunStep.Check);
        var manifest = (await SnapshotChoice.FindAsync(store, target, choice, time.GetUtcNow(), cancellation)).Value;
        var extraction = new RestoreExtraction(store, identity, _meter);
        var needs = await RestoreNeeds.MeasureAsync(store, manifest, selection, cancellation);
        var placement = Placement.For(directory);
        if ((extraction.Refusal(manifest) ?? needs.Check(placement.Into, manifest.Name)) is { } refusal)
            throw new FaultException(refusal);
        // A whole restore that was interrupted comes first: what it would still put there would bury what is placed now.
        placement.Resume();
        Directory.CreateDirectory(placement.Into);
        var partial = new ChildrenPlacement(placement.Into, null);
        partial.MakePartial();
        try
        {
            var losses = await extraction.RunAsync(
                manifest, partial.Partial, path => selection.Contains(path) || needs.Helpers.Contains(path), cancellation);
            foreach (var helper in needs.Helpers)
                Forget(partial.Partial, helper);

            _meter.Enter(RunStep.Place);
            // From here on nothing is cancelled: it is short, and half of it would have to be finished all the same.
            var paths = new PathPlacement(placement.Into, manifest.Databases.Select(facts => facts.Path).ToHashSet(), time.GetUtcNow());
            paths.Place(partial.Partial);
            return new(manifest, placement.Into, paths.Placed, paths.Kept, paths.Same, losses);
        }
        finally
        {
            partial.Abandon();
        }
    }

    /// <summary>Takes away what only lent its contents, with the folders it came in. Its name was checked when it was extracted.</summary>
    private static void Forget(string partial, string helper)
    {
        File.Delete(Path.Combine(partial, helper));
        foreach (var folder in PathSelection.Upwards(helper).Skip(1).Select(folder => Path.Combine(partial, folder)))
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
    }
}
