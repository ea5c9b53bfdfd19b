using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>Decides which Changes are of no more use; pure.</summary>
internal static class ObsoleteChanges
{
    /// <summary>Longer than a platform delivers a message anew, or an ending may take to be shown everywhere.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>
    /// Those beyond the newest so many, oldest first, but for the ones that <c>/rollback</c> goes by: the newest deploy that succeeded, and
    /// the newest of all and of these whose archive is still there.
    /// </summary>
    /// <param name="changes">All of one target, newest first.</param>
    /// <param name="leadsBack">Whether the archive that was taken before a change is there.</param>
    public static IReadOnlyList<Change> Of(IEnumerable<Change> changes, int limit, Func<Change, bool> leadsBack, DateTimeOffset now)
    {
        var all = changes.ToList();
        if (all.Count <= limit) return [];
        var deployed = all.Where(IsDeployed).ToList();
        Change?[] needed = [deployed.FirstOrDefault(), deployed.FirstOrDefault(leadsBack), all.FirstOrDefault(leadsBack)];
        return [.. all.Skip(limit).Where(c => c.Status.IsFinal && c.Status.FinishedAt < now - Rest && !needed.Contains(c)).Reverse()];
    }

    public static bool IsDeployed(Change change) => change is { Spec.Action: "deploy", Status.Phase: ChangePhase.Succeeded };
}
