using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>Whose snapshots are pruned, and by what.</summary>
/// <param name="Protect">Names of archives that stay whatever the rules say, and why, in words.</param>
internal sealed record PruneRequest(string Target, RetentionRules Rules, IReadOnlyDictionary<string, string> Protect);

/// <summary>What a prune would do, decided purely from what the store holds; nothing of it is done yet.</summary>
internal sealed record PrunePlan
{
    /// <summary>An archive younger than this may be about to get its manifest.</summary>
    private static readonly TimeSpan OrphanAfter = TimeSpan.FromDays(1);

    public required RetentionPlan Retention { get; init; }

    /// <summary>What may be removed, by name.</summary>
    public required IReadOnlyDictionary<string, Manifest> Manifests { get; init; }

    /// <summary>Archives whose manifest never came, or went first in a removal that was interrupted.</summary>
    public required IReadOnlyList<string> Orphans { get; init; }

    /// <summary>What is left alone because nobody can say what it is, and why.</summary>
    public required IReadOnlyList<(string Name, string Why)> LeftAlone { get; init; }

    public static PrunePlan Make(PruneRequest request, IEnumerable<StoredParts> parts, IEnumerable<Manifest> manifests, DateTimeOffset now)
    {
        // Both the name and the manifest must say that it is the target's: neither alone is enough to remove anything.
        var ours = parts.Where(part => part.Name.Target == request.Target).OrderBy(part => part.Name.ToString(), StringComparer.Ordinal)
            .ToList();
        var known = manifests.Where(m => m.Target == request.Target && SnapshotName.TryParse(m.Name)?.Target == request.Target)
            .ToDictionary(m => m.Name, StringComparer.Ordinal);
        return new()
        {
            Retention = RetentionPlan.Make(known.Values.Select(m => Candidate(m, request)), request.Rules, now),
            Manifests = known,
            Orphans = [.. ours.Where(part => IsOrphan(part, now)).Select(part => part.Name.ToString())],
            LeftAlone = [.. ours.Where(part => part.HasManifest && !known.ContainsKey(part.Name.ToString()))
                .Select(part => (part.Name.ToString(), part.HasArchive ? "its manifest cannot be read" : "its archive is missing"))],
        };
    }

    private static RetentionCandidate Candidate(Manifest manifest, PruneRequest request) =>
        Fingerprints.Candidate(manifest) with { Protected = request.Protect.GetValueOrDefault(manifest.Name) };

    /// <summary>Judged by the store's clock and by the name, as an upload may have begun long before it ended.</summary>
    private static bool IsOrphan(StoredParts part, DateTimeOffset now) =>
        part is { HasArchive: true, HasManifest: false } && now - part.LastWritten > OrphanAfter && now - part.Name.Time > OrphanAfter;
}

/// <summary>What a prune did.</summary>
/// <param name="Removed">Snapshots that are gone, oldest first.</param>
/// <param name="Stayed">What should have gone and is there still, each with the reason.</param>
internal sealed record PruneOutcome(
    PrunePlan Plan, IReadOnlyList<string> Removed, IReadOnlyList<string> OrphansRemoved, IReadOnlyList<(string Name, Fault Why)> Stayed);
