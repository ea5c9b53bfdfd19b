using System.Globalization;
using ChatOps.Values;

namespace ChatOps.Retention;

/// <summary>
/// Data that was in the snapshots before and is not in the newest: a claim that was made anew, a wrong mount, a program that began from
/// nothing. What was saved before it may be all that is left. It is over when a later snapshot has the data again, or somebody accepts it.
/// </summary>
/// <param name="At">The first snapshot without it.</param>
/// <param name="What">What is gone, in words.</param>
public sealed record DataLoss(RetentionCandidate At, string What)
{
    /// <summary>Fewer files or bytes than these come and go.</summary>
    private const long FewFiles = 20, FewBytes = 1_000_000;

    /// <summary>
    /// Null when the newest of these snapshots has what those before it had. Only those that missed nothing are compared. Pure.
    /// </summary>
    /// <param name="accepted">The archive from which on less is meant to be there; null when nobody said so.</param>
    public static DataLoss? Find(IEnumerable<RetentionCandidate> snapshots, string? accepted)
    {
        var since = accepted is null ? null : TimeOf(accepted);
        RetentionCandidate? whole = null;
        DataLoss? loss = null;
        foreach (var snapshot in snapshots.Where(s => s.Verified).OrderBy(s => s.CutAt).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            var agreed = whole?.CutAt < since && snapshot.CutAt >= since;
            if (whole is null || agreed || Between(whole, snapshot) is not { } what)
                (whole, loss) = (snapshot, null);
            else
                loss ??= new(snapshot, what);
        }
        return loss;
    }

    /// <summary>What the later one lacks, in words; null when that is nothing to speak of, or is not known.</summary>
    public static string? Between(RetentionCandidate before, RetentionCandidate after)
    {
        var gone = before.Databases.Select(d => d.Path).Except(after.Databases.Select(d => d.Path), StringComparer.Ordinal).ToList();
        return gone.Count > 0 ? $"{string.Join(", ", gone)} is gone"
            : before.DatabaseCount is > 0 and var databases && after.DatabaseCount == 0
                ? $"all of {Counted.Of(databases, "database")} are gone"
            : before.Files is >= FewFiles and var files && after.Files is { } fewer && fewer * 2 < files
                ? $"{files - fewer} of {Counted.Of(files, "file")} are gone"
            : before.Bytes is >= FewBytes and var bytes && after.Bytes is { } less && less * 2 < bytes
                ? $"{new ByteSize(bytes - less)} of {new ByteSize(bytes)} are gone"
            : null;
    }

    /// <summary>The moment in an archive's name, <c>TARGET-yyyyMMddTHHmmssZ-ID</c>; null for another name.</summary>
    private static DateTimeOffset? TimeOf(string archive) => archive.Split('-') is [.., var stamp, _] && DateTimeOffset.TryParseExact(
        stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
