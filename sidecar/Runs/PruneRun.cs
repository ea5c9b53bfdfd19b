using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Removes snapshots of one target by rules, and archives that never became one; what belongs to another target is never touched. Of each
/// the manifest goes first: an interruption leaves an archive without manifest, which does not exist to anybody and goes with the next run.
/// </summary>
internal sealed class PruneRun(IArchiveStore store, TimeProvider time)
{
    /// <summary>Reads what is there and decides; changes nothing.</summary>
    public async Task<PrunePlan> PlanAsync(PruneRequest request, CancellationToken cancellation)
    {
        if ((SnapshotName.Check(request.Target) ?? request.Rules.Check()) is { } refusal)
            throw new FaultException(refusal);
        // Parts first: what is committed in between is then whole in the listing, and not taken for half of one.
        List<StoredParts> parts = [];
        await foreach (var part in store.ListPartsAsync(cancellation))
            parts.Add(part);
        List<Manifest> manifests = [];
        await foreach (var manifest in store.ListAsync(cancellation))
            manifests.Add(manifest);
        return PrunePlan.Make(request, parts, manifests, time.GetUtcNow());
    }

    /// <summary>
    /// Carries a plan out, oldest first. What the store will not let go is named and the others are still done; any other failure ends it,
    /// and is thrown only when nothing has been removed. Cancellation is heard between two removals.
    /// </summary>
    /// <param name="listener">Hears of each snapshot that is gone, at once.</param>
    public async Task<PruneOutcome> RemoveAsync(PrunePlan plan, CancellationToken cancellation, Action<string>? listener = null)
    {
        List<string> removed = [], orphans = [];
        List<(string, Fault)> stayed = [];
        await store.SweepAsync(cancellation);
        var work = plan.Retention.Removed.Reverse().Select(snapshot => (snapshot.Name, To: removed))
            .Concat(plan.Orphans.Select(name => (Name: name, To: orphans)));
        foreach (var (name, to) in work)
        {
            cancellation.ThrowIfCancellationRequested();
            var failure = await TryRemoveAsync(name, orphan: to == orphans, cancellation);
            if (failure is null)
            {
                to.Add(name);
                if (to == removed)
                    listener?.Invoke(name);
                continue;
            }
            stayed.Add((name, failure));
            if (!IsOfOneObject(failure))
                break;
        }
        return stayed is [.., var (_, last)] && !IsOfOneObject(last) && removed.Count + orphans.Count == 0
            ? throw new FaultException(last)
            : new(plan, removed, orphans, stayed);
    }

    private async Task<Fault?> TryRemoveAsync(string name, bool orphan, CancellationToken cancellation)
    {
        try
        {
            if (orphan && await HasManifestAsync(name, cancellation))
                return new("NoOrphan", $"removing {name}: its manifest has come meanwhile");
            await store.RemoveAsync(name, cancellation);
            return null;
        }
        catch (Exception failure) when (failure is FaultException or IOException or UnauthorizedAccessException)
        {
            var fault = Faults.Of(failure);
            return fault with { Message = $"removing {name}: {fault.Message}" };
        }
    }

    private async Task<bool> HasManifestAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await using var manifest = await store.OpenManifestAsync(name, cancellation);
            return true;
        }
        catch (FaultException failure) when (failure.Fault.Kind == "NoSuchSnapshot")
        {
            return false;
        }
    }

    /// <summary>A lock or a right that is missing says nothing about the next one; a store that is away does.</summary>
    private static bool IsOfOneObject(Fault failure) => failure.Kind is "StoreAccessDenied" or "StoreRefused" or "Forbidden" or "NoOrphan";
}
