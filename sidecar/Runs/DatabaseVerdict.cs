using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite.Checks;

namespace ChatOps.Sidecar.Runs;

/// <summary>Says of a database what its checks found, and names as done only those that were. Pure.</summary>
internal static class DatabaseVerdict
{
    public static DatabaseFacts Of(DatabaseFacts facts, PageAuthenticator? pages, TreeCheckResult? walk, string check = TreeCheck.Quick)
    {
        var found = pages?.Result();
        if (facts.Encrypted && found != "ok")
            return facts with { Integrity = found ?? "not checked: no key to read" };
        facts = facts with
        {
            UserVersion = walk?.UserVersion ?? pages?.UserVersion,
            VirtualTables = walk?.VirtualTables ?? 0,
            Checks = [.. facts.Checks, .. pages is null ? [] : new[] { PageAuthenticator.Name }],
        };
        return walk switch
        {
            null => facts with { Integrity = "not checked: there was no room in scratch for a copy whose b-trees could be walked" },
            { Integrity: "ok" } => facts with { Integrity = "ok", Checks = [.. facts.Checks, check] },
            _ => facts with { Integrity = walk.Integrity },
        };
    }

    /// <summary>
    /// Of several databases: a check counts as done when it was done on each it can be done on, so that none hides behind another.
    /// </summary>
    public static IEnumerable<string> Common(IReadOnlyList<DatabaseFacts> databases)
    {
        if (databases.Any(facts => facts.Checks.Contains(WalChecksums)))
            yield return WalChecksums;
        if (databases.Any(facts => facts.Encrypted)
            && databases.All(facts => !facts.Encrypted || facts.Checks.Contains(PageAuthenticator.Name)))
            yield return PageAuthenticator.Name;
        foreach (var walk in new[] { TreeCheck.Quick, TreeCheck.Full })
        {
            if (databases.Count > 0 && databases.All(facts => facts.Checks.Contains(walk)))
                yield return walk;
        }
    }

    public const string WalChecksums = "wal-checksums";
}
