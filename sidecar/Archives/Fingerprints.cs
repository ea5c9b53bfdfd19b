using ChatOps.Retention;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Tells whether two snapshots show the same databases. The first 16 bytes of a SQLCipher file are its salt, constant for its life
/// (SQLCipher design, "Database Encryption and Page Structure"): another one means that the program was reset or linked anew. Pure.
/// </summary>
internal static class Fingerprints
{
    /// <summary>The encrypted databases of a snapshot, as retention compares them over many.</summary>
    public static IReadOnlyList<DatabaseMark> Of(Manifest manifest) =>
        [.. manifest.Databases.Where(facts => facts.Encrypted).Select(facts => new DatabaseMark(facts.Path, facts.Fingerprint))];

    /// <summary>A snapshot as retention sees it.</summary>
    public static RetentionCandidate Candidate(Manifest manifest) => new(manifest.Name, manifest.CutAt, manifest.IsVerified)
    {
        Databases = Of(manifest),
        DatabaseCount = manifest.Databases.Count,
        Files = manifest.FileCount,
        Bytes = manifest.BytesIn,
    };

    /// <summary>Paths of the encrypted databases both have, whose fingerprint is another.</summary>
    public static IReadOnlyList<string> Changed(Manifest earlier, Manifest later) =>
    [
        .. from now in later.Databases
           join before in earlier.Databases on now.Path equals before.Path
           where now.Encrypted && before.Encrypted && now.Fingerprint != before.Fingerprint
           select now.Path,
    ];
}
