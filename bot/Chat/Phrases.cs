using System.Globalization;

namespace ChatOps.Bot.Chat;

/// <summary>Says times and counts the way people do.</summary>
internal static class Phrases
{
    private const int LongestLine = 120;

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
    };

    /// <summary>As <see cref="Duration"/>, of any number that somebody wrote into a resource.</summary>
    public static string Seconds(double seconds) => Duration(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e9)));

    /// <summary>
    /// <c>10:41 UTC, 3 min ago</c>; with the date when it is not today. What another machine's clock puts a few seconds ahead has happened.
    /// </summary>
    public static string When(DateTimeOffset at, DateTimeOffset now) => (now - at).TotalSeconds switch
    {
        <= -10 => Coming(at, now),
        < 10 => $"{Clock(at, now)} UTC, just now",
        _ => $"{Clock(at, now)} UTC, {Duration(now - at)} ago",
    };

    /// <summary><c>10:41 UTC, in 3 min</c>, of what has not happened yet.</summary>
    public static string Coming(DateTimeOffset at, DateTimeOffset now) =>
        $"{Clock(at, now)} UTC, in {Duration(at > now ? at - now : TimeSpan.Zero)}";

    private static string Clock(DateTimeOffset at, DateTimeOffset now) => at.UtcDateTime.ToString(
        at.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary><c>RolledBack</c> as <c>rolled back</c>.</summary>
    public static string Words(Enum state) =>
        string.Concat(
            state.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    /// <summary>As much of a line that somebody else wrote as a phone shows without taking the whole screen.</summary>
    public static string Shortened(string line) => line.Length <= LongestLine ? line : $"{line[..LongestLine]}…";

    /// <summary>
    /// The part of an image reference people know a version by: its tag, whatever it is pinned to, or the start of its digest.
    /// </summary>
    public static string Version(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? image : image[..at];
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/')) return name[(colon + 1)..];
        return at < 0 ? "latest" : ShortDigest(image[(at + 1)..]);
    }

    /// <summary>The same, with the start of the digest where it has both: one tag may be several images in its time.</summary>
    public static string PinnedVersion(string image) => Version(image) is var version && image.Contains('@', StringComparison.Ordinal)
        && ShortDigest(image) is var digest && digest != version ? $"{version} ({digest})" : version;

    /// <summary><c>sha256:ab12cd34…</c>; null where there is no digest.</summary>
    public static string ShortDigest(string imageId)
    {
        var digest = imageId[(imageId.IndexOf('@', StringComparison.Ordinal) + 1)..];
        return digest.Length > 19 && digest.StartsWith("sha256:", StringComparison.Ordinal) ? digest[..19] + "…" : digest;
    }
}
