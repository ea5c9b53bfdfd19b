using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Snapshots;

/// <summary>What says as whom a home is read and written; what comes first counts.</summary>
internal enum HomeUserSource
{
    Setting,
    Container,
    Pod,
    Image,
}

/// <summary>
/// As whom the sidecar and a restore's Job run: as the application does, unless <c>home.runAs</c> says otherwise, so that whatever it may
/// read can be read, and what is put back belongs to it.
/// </summary>
/// <param name="Group">Null where only a user is stated, and the image settles the group.</param>
/// <remarks>Kubernetes documentation, "Configure a Security Context for a Pod or Container": of each field, the container's goes before the
/// pod's, and that before the image's.</remarks>
internal sealed record HomeUser(long User, long? Group, HomeUserSource Source)
{
    /// <summary>Whom the sidecar's image runs as by itself.</summary>
    private const long Own = 1000;

    public bool IsRoot => User == 0;

    /// <summary>Whether a container beside the application must state it; else it gets it from the pod or its image.</summary>
    public bool IsStated => Source is HomeUserSource.Setting or HomeUserSource.Container;

    /// <param name="template">Null where the workload is not there.</param>
    public static HomeUser Of(HomeSettings home, PodTemplate? template) =>
        home.RunAs is { } said ? new(said.User, said.Group, HomeUserSource.Setting)
        : Of(HomeMount.In(template, home)?.Container.SecurityContext, template?.Spec.SecurityContext);

    /// <summary>Whom a container with this context runs as, in a pod with that one.</summary>
    public static HomeUser Of(SecurityContext? container, PodSecurityContext? pod)
    {
        var source = container is { RunAsUser: not null } or { RunAsGroup: not null } ? HomeUserSource.Container
            : pod is { RunAsUser: not null } or { RunAsGroup: not null } ? HomeUserSource.Pod
            : HomeUserSource.Image;
        var (user, group) = (container?.RunAsUser ?? pod?.RunAsUser, container?.RunAsGroup ?? pod?.RunAsGroup);
        return new(user ?? Own, user is null ? group ?? Own : group, source);
    }
}
