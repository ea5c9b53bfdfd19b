using System.Globalization;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>Decides which revision a rollback means when nobody names one; pure.</summary>
internal static class RevisionChoice
{
    /// <summary>The revision of that number; null when there is none.</summary>
    public static Revision? Named(IReadOnlyList<Revision> revisions, string number) =>
        revisions.FirstOrDefault(r => r.Number.ToString(CultureInfo.InvariantCulture) == number);

    /// <summary>
    /// With data, the version the archive's data belongs to: what ran before the newest successful deploy. Without, the newest other
    /// template, be its image the same, unless it brings a version that was itself rolled back. Null when nothing fits.
    /// </summary>
    /// <param name="past">The target's changes, newest first.</param>
    public static Revision? Default(IReadOnlyList<Revision> revisions, IReadOnlyList<Change> past, bool withData)
    {
        var live = revisions.FirstOrDefault(r => r.Current)?.Image;
        if (withData && past.FirstOrDefault(c => c is { Spec.Action: "deploy", Status.Phase: ChangePhase.Succeeded }) is { } deploy)
            return revisions.FirstOrDefault(r => !r.Current && ImageReference.IsOf(deploy.Spec.Plan.From, r.Image));
        return revisions.FirstOrDefault(r => r is { Current: false, AsLive: false }
            && (ImageReference.IsSame(r.Image, live ?? "") || !EndedBadly(past, r.Image)));
    }

    /// <summary>
    /// The change that left a version last and took a snapshot first: its data is the last that the version knew. Null when there is none.
    /// </summary>
    /// <param name="past">The target's changes, newest first.</param>
    public static Change? LastToLeave(IEnumerable<Change> past, string image, Func<Change, bool> hasArchive) => past.FirstOrDefault(c =>
        c.Spec.Plan is { Sidecar: null } plan && ImageReference.IsOf(plan.From, image) && !ImageReference.IsOf(plan.To, image)
        && c.Status.StartedAt is not null && hasArchive(c));

    /// <summary>The last change to that image failed: going back to it would only fail again.</summary>
    public static bool EndedBadly(IReadOnlyList<Change> past, string image) =>
        past.FirstOrDefault(c =>
            c.Spec.Action != "restore" && c.Spec.Plan is { Sidecar: null } plan && ImageReference.IsOf(plan.To, image)
            && c.Status.StartedAt is not null)
            ?.Status.Phase is ChangePhase.RolledBack or ChangePhase.Failed;
}
