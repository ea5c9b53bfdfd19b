using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Compares the plan people approved with the plan the live state gives now; pure. Void is an approval only when something moved that its
/// plan depends on. An autoscaler's replicas are not, unless the plan stops the workload; nor is what is not known any more, or only now:
/// a registry that is out of reach takes nothing back.
/// </summary>
internal static class PlanComparison
{
    /// <summary>Null when the approval still stands; else what moved, in words.</summary>
    public static string? Difference(ChangePlan approved, ChangePlan now)
    {
        if (now.Gates.FirstOrDefault(g => g.Verdict == "fail") is { } shut) return $"{shut.Name}: {shut.Message}";
        return OfLive(approved, now) ?? OfVersion(approved.To, now.To) ?? OfWay(approved, now) ?? OfTheRest(approved, now);
    }

    private static string? OfLive(ChangePlan approved, ChangePlan now)
    {
        if (approved.Workload != now.Workload) return $"the target is {now.Workload} now, the plan was made for {approved.Workload}";
        if (approved.Container != now.Container) return $"the container is {now.Container} now, the plan was made for {approved.Container}";
        if (!ImageReference.IsSame(approved.From.Image, now.From.Image))
            return $"the live image is {now.From.Image} now, the plan was made for {approved.From.Image}";
        if (RunningImage.Differ(approved.From.ImageId, now.From.ImageId)) return "the pods run another digest than the plan was made for";
        if (approved.Stops && approved.Replicas != now.Replicas)
            return $"it has {now.Replicas} replicas now, the plan was made for {approved.Replicas}";
        if (IsOtherWorkload(approved, now)) return "somebody changed the workload since the plan was made";
        return approved.From.Revision == now.From.Revision
            ? null
            : $"the live revision is {Named(now.From)} now, the plan was made for {Named(approved.From)}";
    }

    /// <summary>A cluster whose definition of a Change is older than this bot has dropped the digest; then the generation counts.</summary>
    private static bool IsOtherWorkload(ChangePlan approved, ChangePlan now) => approved.WorkloadDigest is { } digest
        ? digest != now.WorkloadDigest
        : approved.Generation != now.Generation;

    private static string? OfVersion(PlannedVersion approved, PlannedVersion now)
    {
        if (!ImageReference.IsSameTag(approved.Image, now.Image))
            return $"it would lead to {now.Image} now, the plan was made for {approved.Image}";
        if (RunningImage.Differ(approved.ImageId, now.ImageId))
        {
            return $"the tag {Phrases.Version(approved.Image)} means another image now ({Phrases.ShortDigest(now.ImageId!)}), "
                + $"the plan was made for {Phrases.ShortDigest(approved.ImageId!)}";
        }
        return approved.Revision == now.Revision
            ? null
            : $"it would lead to revision {Named(now)} now, the plan was made for {Named(approved)}";
    }

    private static string Named(PlannedVersion version) => version.Revision?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string? OfWay(ChangePlan approved, ChangePlan now)
    {
        if (approved.Archive != now.Archive) return "the snapshot to go back to is another one now";
        if (!AreSame(approved.Sidecar, now.Sidecar)) return "the sidecar would be another one now";
        if (approved.Strategy != now.Strategy) return $"the strategy is {now.Strategy} now, the plan was made for {approved.Strategy}";
        if (!approved.Steps.SequenceEqual(now.Steps)) return $"the steps would be others now: {string.Join(", ", now.Steps)}";
        return approved.WayBack == now.WayBack ? null : $"the way back is another one now: {now.WayBack}";
    }

    private static bool AreSame(PlannedSidecar? one, PlannedSidecar? other) => one is null || other is null
        ? one is null && other is null
        : one with { PullSecrets = null } == other with { PullSecrets = null }
            && (one.PullSecrets ?? []).SequenceEqual(other.PullSecrets ?? []);

    /// <summary>Whatever else a plan may say is compared by its digest, but for what was found to stand for the same above.</summary>
    private static string? OfTheRest(ChangePlan approved, ChangePlan now)
    {
        var settled = now with
        {
            From = now.From with { Image = approved.From.Image, ImageId = approved.From.ImageId },
            To = now.To with { Image = approved.To.Image, ImageId = approved.To.ImageId },
        };
        return settled.Sealed().Digest == approved.Digest ? null : "the live state is not the one the plan was made for";
    }
}
