using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// What the kernel lets the sidecar's program do, beside the application and in a restore's Job: no more than it needs. For an ordinary
/// user that is what the Pod Security level <c>restricted</c> asks for; root needs <c>baseline</c>.
/// </summary>
/// <remarks>Kubernetes documentation, "Pod Security Standards"; capabilities(7).</remarks>
internal static class SidecarSecurity
{
    /// <summary>
    /// To read what belongs to others than root. The home is mounted read-only, so nothing is written by it; CAP_DAC_READ_SEARCH is no
    /// less, as it opens files outside of every mount (open_by_handle_at(2)), and <c>baseline</c> refuses it.
    /// </summary>
    private static readonly string[] ToRead = ["DAC_OVERRIDE"];

    /// <summary>To put back what belongs to others, as theirs and with their rights.</summary>
    private static readonly string[] ToPlace = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"];

    /// <summary>Of the sidecar, which is in a pod that says its own.</summary>
    public static JsonObject Reading(HomeSettings home, bool root, long? user, long? group) => Of(home, root, user, group, ToRead);

    /// <summary>Of the Job's container, in a pod that says nothing.</summary>
    public static JsonObject Placing(HomeSettings home, HomeUser user) => Of(home, user.IsRoot, user.User, user.Group, ToPlace);

    /// <summary>
    /// Of the Job's pod. Volumes are given to a group in it as they are in the application's, or not at all: that alters every file.
    /// </summary>
    public static JsonObject Volumes(PodSecurityContext? application)
    {
        var pod = new JsonObject();
        if (application?.FsGroup is { } group) pod["fsGroup"] = group;
        if (application?.FsGroupChangePolicy is { } policy) pod["fsGroupChangePolicy"] = policy;
        if (application?.SupplementalGroups is { Count: > 0 } groups)
            pod["supplementalGroups"] = new JsonArray([.. groups.Select(g => JsonValue.Create(g))]);
        if (application?.SeLinuxOptions is { } options) pod["seLinuxOptions"] = JsonNode.Parse(options.GetRawText());
        return pod;
    }

    private static JsonObject Of(HomeSettings home, bool root, long? user, long? group, string[] forRoot)
    {
        var capabilities = new JsonObject { ["drop"] = new JsonArray("ALL") };
        if (root) capabilities["add"] = new JsonArray([.. forRoot.Select(c => JsonValue.Create(c))]);
        var context = new JsonObject
        {
            ["runAsNonRoot"] = !root,
            ["allowPrivilegeEscalation"] = false,
            ["readOnlyRootFilesystem"] = true,
            ["capabilities"] = capabilities,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        };
        if (user is not null) context["runAsUser"] = user;
        if (group is not null) context["runAsGroup"] = group;
        foreach (var (name, value) in home.Sidecar.SecurityContext ?? []) context[name] = value?.DeepClone();
        return context;
    }
}
