using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// What an archive holds and how it was made: the file beside it, written last, without which it does not exist. The list of files
/// follows these fields as <c>files</c>, and is read apart (<see cref="ManifestFile"/>) so that its length costs no memory. Its last
/// line is <c>manifestSha256</c>, the hash of every byte before that line (<see cref="ManifestSeal"/>); older manifests have none.
/// </summary>
internal sealed record Manifest
{
    public const int CurrentFormat = 1;
    public const string AgeEncryption = "age", NoEncryption = "none";

    public int FormatVersion { get; init; } = CurrentFormat;

    public required string Name { get; init; }

    public required string Archive { get; init; }

    public required string Target { get; init; }

    /// <summary>The Snapshot resource that asked for it, as <c>namespace/name</c>; null for one taken by hand.</summary>
    public string? Request { get; init; }

    /// <summary>The uid of that resource: one made again under the same name is another request.</summary>
    public string? RequestUid { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The instant the databases show.</summary>
    public required DateTimeOffset CutAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>
    /// instant: one moment common to all databases, but those that a program held exclusively; per-database: each of its own; none: there
    /// are no databases.
    /// </summary>
    public required string Cut { get; init; }

    /// <summary>Longest time locks were held.</summary>
    public required double PinnedMilliseconds { get; init; }

    public required IReadOnlyList<DatabaseFacts> Databases { get; init; }

    public required Verification Verification { get; init; }

    /// <summary>
    /// Databases whose fingerprint is another than in the snapshot before: the program was reset or linked anew. Null where they could not
    /// be compared.
    /// </summary>
    public IReadOnlyList<string>? Replaced { get; init; } = [];

    /// <summary>
    /// What the last whole snapshot before has and this one lacks, in words. Null where they could not be compared, and in older manifests.
    /// </summary>
    public string? Lost { get; init; }

    public required long FileCount { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    /// <summary>age or none; null in a manifest older than encryption, which means none.</summary>
    public string? Encryption { get; init; }

    /// <summary>The public keys it is encrypted to. Size and hash are of the bytes as stored, encrypted.</summary>
    public IReadOnlyList<string>? Recipients { get; init; }

    public required string ArchiveSha256 { get; init; }

    public required string FileListSha256 { get; init; }

    public required IReadOnlyList<string> ChangedWhileReading { get; init; }

    public required IReadOnlyList<string> Vanished { get; init; }

    public required IReadOnlyList<ListedPath> Skipped { get; init; }

    public required IReadOnlyList<string> Excluded { get; init; }

    public required string Tool { get; init; }

    [JsonIgnore]
    public bool IsEncrypted => Encryption == AgeEncryption;

    /// <summary>What could not be read.</summary>
    [JsonIgnore]
    public IEnumerable<ListedPath> Missed => Skipped.Where(skipped => skipped.Missed);

    /// <summary>No check failed and nothing was missed: it may stand for the home.</summary>
    [JsonIgnore]
    public bool IsVerified => Verification.Failures.Count == 0 && !Missed.Any();

    /// <summary>Nothing moved, vanished, was replaced or lost, failed a check or could not be read.</summary>
    [JsonIgnore]
    public bool IsClean => IsVerified && ChangedWhileReading.Count == 0 && Vanished.Count == 0 && Replaced is not { Count: > 0 }
        && Lost is null;
}

/// <summary>One database of the archive.</summary>
/// <param name="Fingerprint">Its first 16 bytes: for SQLCipher the salt, constant while the database lives.</param>
/// <param name="Integrity">ok, failed: …, or not checked: …</param>
/// <param name="Unheld">It could not be held still, and was copied as it lay: it is at best what a crash would have left.</param>
/// <param name="WalGrowthBytes">By how much its WAL grew while it was held still.</param>
/// <param name="PassedOver">Pages that checkpoints passed over, so that SQLite will lose them; they are in the archive.</param>
/// <param name="VirtualTables">How many the walk left out: the ordinary tables behind them were walked.</param>
internal sealed record DatabaseFacts(
    string Path, string JournalMode, bool Live, bool Encrypted, int? PageSize, long? Pages, uint WalFrames, double PinnedMilliseconds,
    string Fingerprint, long? UserVersion, string Integrity, IReadOnlyList<string> Checks, int VirtualTables = 0,
    bool Unheld = false, long WalGrowthBytes = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int PassedOver = 0);

/// <summary>Exactly what was proved, and no more.</summary>
internal sealed record Verification(IReadOnlyList<string> Checks, IReadOnlyList<string> Failures);

[JsonSerializable(typeof(Manifest))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    public static byte[] Serialize(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Default.Manifest);
}
