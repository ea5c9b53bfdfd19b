using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// The name of a snapshot: <c>target-20261121T104530Z-1a2b3c</c>. It sorts by time within a target and is safe as a file name.
/// </summary>
internal sealed partial record SnapshotName(string Target, DateTimeOffset Time, string Id)
{
    public const string ManifestSuffix = ".json";
    private const string Stamp = "yyyyMMdd'T'HHmmss'Z'";

    public static SnapshotName New(string target, DateTimeOffset now) =>
        new(target, now.ToUniversalTime(), RandomNumberGenerator.GetHexString(6, lowercase: true));

    /// <summary>A target is a DNS label or several with dots, as Kubernetes names are; anything else could name another file.</summary>
    public static Fault? Check(string target) => TargetForm().IsMatch(target) ? null : new Fault(
        "BadTarget", $"'{target}' cannot name a target",
        "Use lower-case letters, digits, '-' and '.', at most 63, beginning with a letter or digit");

    public static SnapshotName? TryParse(string text)
    {
        var match = Form().Match(text);
        return match.Success && DateTimeOffset.TryParseExact(
            match.Groups[2].Value, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new(match.Groups[1].Value, time, match.Groups[3].Value)
            : null;
    }

    public static string StampOf(DateTimeOffset time) => time.ToUniversalTime().ToString(Stamp, CultureInfo.InvariantCulture);

    public override string ToString() => $"{Target}-{StampOf(Time)}-{Id}";

    // \z, not $: that one would let a line feed through at the end.
    [GeneratedRegex("^([a-z0-9][a-z0-9.-]{0,62})-([0-9]{8}T[0-9]{6}Z)-([0-9a-f]{6,})\\z")]
    private static partial Regex Form();

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,62}\\z")]
    private static partial Regex TargetForm();
}
