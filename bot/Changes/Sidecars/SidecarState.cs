using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>Whether a target has a sidecar at work that could take a snapshot; pure.</summary>
internal static class SidecarState
{
    /// <summary>The kind of the fault where nothing runs that could take one.</summary>
    public const string Stopped = "Stopped";

    /// <summary>Null where it has one, as far as its template tells.</summary>
    public static Fault? WhyNone(Target target, WorkloadState live)
    {
        if (live.Replicas == 0)
        {
            return new(Stopped, $"{target.Name} is stopped, and its sidecar with it",
                $"Start it first: kubectl -n {target.Namespace} scale {target.WorkloadKind} {target.WorkloadName} --replicas=1");
        }
        return HasOne(target, live)
            ? null : new("NoSidecar", $"no sidecar stands beside {target.Name}", $"/attach {target.Name} puts it there");
    }

    /// <summary>By its name, which ours has always, or by its image, whoever brought it.</summary>
    private static bool HasOne(Target target, WorkloadState live) => SidecarParts.Of(live.Template) is not null
        || live.Template.Spec.Containers.Concat(live.Template.Spec.InitContainers ?? [])
            .Any(c => target.Home is { } home && ImageReference.IsSameRepository(c.Image, home.SidecarImage));
}
