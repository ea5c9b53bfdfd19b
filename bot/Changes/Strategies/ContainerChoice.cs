using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Settles which container of a pod a deploy is about.</summary>
internal static class ContainerChoice
{
    /// <summary>The declared one, or the only one beside our sidecar; anything else is a fault that says what to declare.</summary>
    public static string Of(Target target, PodTemplate template)
    {
        var names = template.Spec.Containers.Select(c => c.Name).ToList();
        if (target.Container is { } declared)
        {
            return names.Contains(declared) ? declared : throw new FaultException(new(
                "NoContainer",
                $"{target.Name} has no container '{declared}'; there are: {string.Join(", ", names)}",
                "Correct container: in chatops.yaml"));
        }
        var sidecar = target.Home?.SidecarImage ?? "";
        var own = template.Spec.Containers.Where(c => !ImageReference.IsSame(c.Image, sidecar)).Select(c => c.Name).ToList();
        return own is [var only] ? only : throw new FaultException(new(
            "WhichContainer",
            $"{target.Name} has several containers: {string.Join(", ", own)}",
            "Name the one to deploy with container: in chatops.yaml"));
    }
}
