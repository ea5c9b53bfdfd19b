using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>Compares the plan people approved with the plan the live state gives now; pure.</summary>
internal static class PlanComparison
{
    /// <summary>Null when they are the same; else what moved, in words.</summary>
    public static string? Difference(ChangePlan approved, ChangePlan now)
    {
        if (now.Gates.FirstOrDefault(g => g.Verdict == "fail") is { } shut) return $"{shut.Name}: {shut.Message}";
        if (approved.Digest == now.Digest) return null;
        if (!ImageReference.IsSame(approved.From.Image, now.From.Image))
            return $"the live image is {now.From.Image} now, the plan was made for {approved.From.Image}";
        if (approved.From.ImageId != now.From.ImageId) return "the pods run another digest than the plan was made for";
        if (approved.Replicas != now.Replicas) return $"it has {now.Replicas} replicas now, the plan was made for {approved.Replicas}";
        if (approved.Generation != now.Generation) return "somebody changed the workload since the plan was made";
        if (approved.Archive != now.Archive) return "the snapshot to go back to is another one now";
        return "the live state is not the one the plan was made for";
    }
}
