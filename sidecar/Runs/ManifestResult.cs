using ChatOps.Resources;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// What a manifest says, in the words of a Snapshot's status. Claims no check that is not in the manifest or was not just done.
/// </summary>
internal static class ManifestResult
{
    private const int MostNamed = 3;

    private static readonly ByteSize MuchGrowth = ByteSize.FromMegabytes(64);

    public static SnapshotResult Of(Manifest manifest, IEnumerable<string> moreChecks) => new(
        manifest.CutAt,
        new() { Name = manifest.Name, Bytes = manifest.BytesOut, Sha256 = manifest.ArchiveSha256 },
        [.. manifest.Databases.Select(Of)],
        manifest.FileCount,
        manifest.BytesIn,
        (long)Math.Round(manifest.PinnedMilliseconds),
        [.. manifest.Verification.Checks.Concat(moreChecks).Distinct()],
        manifest.Verification.Failures,
        [.. Warnings(manifest)])
    {
        Missed = Missed(manifest),
    };

    /// <summary>How much could not be read, and the first of it; null when all could.</summary>
    public static string? Missed(Manifest manifest) => manifest.Missed.ToList() is not { Count: > 0 } missed ? null
        : $"{missed.Count} of the home could not be read: {string.Join(", ", missed.Take(MostNamed).Select(m => $"{m.Path} ({m.Reason})"))}"
            + (missed.Count > MostNamed ? $" and {missed.Count - MostNamed} more" : "")
            + (Reader(missed) is { } user ? $"; user {user} could read it: home.runAs in chatops.yaml" : "");

    public static string Lost(string what) => $"{what} since the snapshot before; keep the older snapshots";

    public static string Replaced(string path) =>
        $"{path} is not the database of the snapshot before: the application was reset or set up anew; keep the older snapshots";

    /// <summary>As whom all could be read that another user could; what belongs to several, root alone.</summary>
    private static string? Reader(IEnumerable<ListedPath> missed) =>
        missed.Select(m => m.ReadableBy).OfType<string>().Distinct().ToList() switch
        {
            [] => null,
            [var owner] => owner,
            _ => "0:0",
        };

    private static SnapshotDatabase Of(DatabaseFacts facts) => new()
    {
        Path = facts.Path,
        JournalMode = facts.JournalMode,
        Pages = facts.Pages ?? 0,
        WalFrames = facts.WalFrames,
        PinnedMilliseconds = (long)Math.Round(facts.PinnedMilliseconds),
        Fingerprint = facts.Fingerprint,
        Encrypted = facts.Encrypted,
        UserVersion = facts.UserVersion,
    };

    private static IEnumerable<string> Warnings(Manifest manifest)
    {
        if (manifest.Databases.Count == 0)
            yield return "no databases were found";
        if (manifest.Lost is { } lost)
            yield return Lost(lost);
        foreach (var path in manifest.Replaced ?? [])
            yield return Replaced(path);
        if (manifest.Replaced is null)
            yield return "the databases could not be compared with those of the snapshot before";
        foreach (var facts in manifest.Databases.Where(facts => facts.PassedOver > 0))
        {
            yield return $"{facts.Path}: checkpoints passed over {Counted.Of(facts.PassedOver, "page")}, which the application will lose "
                + "(SQLite's WAL-reset bug, fixed in 3.51.3); this snapshot has them: restore it, and update the application";
        }
        foreach (var facts in manifest.Databases.Where(facts => facts.Integrity.StartsWith("not checked", StringComparison.Ordinal)))
            yield return $"{facts.Path}: {facts.Integrity}";
        foreach (var facts in manifest.Databases.Where(facts => facts.Unheld))
            yield return $"{facts.Path}: it could not be held still, so it is at best what a crash would have left";
        foreach (var facts in manifest.Databases.Where(facts => facts.WalGrowthBytes >= MuchGrowth.Bytes))
            yield return $"{facts.Path}: its WAL grew by {new ByteSize(facts.WalGrowthBytes)} while it was held still";
        foreach (var skipped in manifest.Skipped.Where(skipped => skipped.Reason == DatabaseStage.WrittenAllTheTime))
            yield return $"left out: {skipped.Path}: {skipped.Reason}";
        if (manifest.Cut == "per-database")
            yield return "each database shows an instant of its own: no common one was found";
        foreach (var path in manifest.ChangedWhileReading.Take(20))
            yield return $"changed while it was read: {path}";
        foreach (var path in manifest.Vanished.Take(20))
            yield return $"vanished: {path}";
    }
}
