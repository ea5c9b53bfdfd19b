using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// How the application mounts its home: the sidecar and a restore's Job must mount the same folder of the same volume. Pure.
/// </summary>
internal static class HomeMount
{
    /// <summary>The container of the application, and its mount; null where none is at that path.</summary>
    public static (Container Container, VolumeMount Mount)? In(PodTemplate? template, HomeSettings home)
    {
        foreach (var container in template?.Spec.Containers.Where(c => c.Name != SidecarNames.Container) ?? [])
        {
            if (Of(container, home) is { } mount) return (container, mount);
        }
        return null;
    }

    public static VolumeMount? Of(Container container, HomeSettings home) =>
        container.VolumeMounts?.FirstOrDefault(m => m.MountPath?.TrimEnd('/') == home.Path.TrimEnd('/'));

    /// <summary>Why no other container can mount the same folder; null where it can.</summary>
    public static Fault? WhyNot(Target target, VolumeMount? mount) => mount?.SubPathExpr is not { Length: > 0 } expression ? null : new(
        "HomeBySubPathExpr",
        $"{target.Name} mounts its home by subPathExpr {expression}, which only its own container can resolve",
        "Mount it by subPath, or at the root of a volume of its own");
}
