namespace ChatOps.Retention;

/// <summary>
/// An encrypted database that is another one than before: a fingerprint is constant for the life of a file, so the program was reset or
/// linked anew. What was saved before it may be all that is left of the old data.
/// </summary>
/// <param name="At">The first snapshot that shows the new database.</param>
/// <param name="Databases">The new ones, by path and fingerprint.</param>
public sealed record DatabaseReplacement(RetentionCandidate At, IReadOnlyList<DatabaseMark> Databases)
{
    /// <summary>The newest one that these snapshots show, in whatever order they come; null when there is none. Pure.</summary>
    public static DatabaseReplacement? Newest(IEnumerable<RetentionCandidate> snapshots)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        DatabaseReplacement? newest = null;
        foreach (var snapshot in snapshots.OrderBy(s => s.CutAt).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            // A snapshot may lack a database, as while it is being replaced: what counts is the last one seen at its path.
            var changed = snapshot.Databases.Where(d => known.TryGetValue(d.Path, out var before) && !Same(before, d.Fingerprint)).ToList();
            if (changed.Count > 0) newest = new(snapshot, changed);
            foreach (var database in snapshot.Databases) known[database.Path] = database.Fingerprint;
        }
        return newest;
    }

    public bool IsAccepted(string? fingerprint) => fingerprint is not null && Databases.Any(d => Same(d.Fingerprint, fingerprint));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
