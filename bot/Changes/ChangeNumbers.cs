using System.Globalization;
using System.Text.RegularExpressions;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Numbers changes so that none is used twice, also where the newest Changes were deleted: a snapshot taken before a change bears its
/// number, and would be taken for that of another; pure.
/// </summary>
internal static partial class ChangeNumbers
{
    /// <summary>The name of the snapshot taken before a change.</summary>
    public static string SnapshotBefore(string target, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{target}-before-{number}");

    /// <summary>The first number after all that are known.</summary>
    public static long Next(IEnumerable<Change> changes, IEnumerable<string> snapshots)
    {
        var before = snapshots.Select(name => Before().Match(name)).Where(m => m.Success)
            .Select(m => long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        return changes.Select(c => c.Spec.Number).Concat(before).DefaultIfEmpty(0).Max() + 1;
    }

    [GeneratedRegex("-before-([0-9]{1,18})$")]
    private static partial Regex Before();
}
