namespace ChatOps.Retention;

/// <summary>One snapshot as retention sees it.</summary>
/// <param name="Name">The archive's name, unique among those decided on together.</param>
/// <param name="CutAt">The instant it shows, which decides its hour, day and week.</param>
/// <param name="Verified">No check of it failed, and nothing was missed.</param>
public sealed record RetentionCandidate(string Name, DateTimeOffset CutAt, bool Verified = true)
{
    /// <summary>Why it must stay whatever the rules say, as <c>way back of change 12</c>; null where nobody needs it.</summary>
    public string? Protected { get; init; }

    /// <summary>Its encrypted databases.</summary>
    public IReadOnlyList<DatabaseMark> Databases { get; init; } = [];

    /// <summary>How many databases of any kind it has; null where that is not known.</summary>
    public int? DatabaseCount { get; init; }

    /// <summary>How many files it has; null where that is not known.</summary>
    public long? Files { get; init; }

    /// <summary>Bytes of the home it holds; null where that is not known.</summary>
    public long? Bytes { get; init; }
}

/// <summary>What stays the same for as long as a database lives: its path, and the fingerprint of its file.</summary>
public sealed record DatabaseMark(string Path, string Fingerprint);

/// <summary>What becomes of one snapshot.</summary>
/// <param name="Reasons">Why it is kept, in words; empty when it is to be removed.</param>
public sealed record RetentionVerdict(RetentionCandidate Snapshot, IReadOnlyList<string> Reasons)
{
    public bool Keep => Reasons.Count > 0;
}
