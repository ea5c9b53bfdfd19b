using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>
/// Puts the sidecar into the pod template of an application whose own release knows nothing of it. It is applied by a field manager of its
/// own, so that an upgrade of the release, by three-way merge or by server-side apply, leaves it where it is.
/// </summary>
/// <remarks>Kubernetes documentation, "Server-Side Apply", "Sidecar Containers", "Projected Volumes" (serviceAccountToken).</remarks>
internal static class SidecarPatch
{
    public const string Container = SidecarNames.Container;
    public const string FieldManager = "chatops-attach";

    /// <summary>The volumes it brings; the one with the home is the application's.</summary>
    public static readonly IReadOnlyList<string> Volumes = ["sidecar-config", "sidecar-scratch", "sidecar-token", "sidecar-archives"];

    /// <summary>The lists of a pod's specification in which it may stand.</summary>
    public static readonly IReadOnlyList<string> Places = ["initContainers", "containers"];

    /// <summary>What it gets of the node where nothing else is said.</summary>
    private const string Enough = """{"requests":{"cpu":"50m","memory":"96Mi"},"limits":{"memory":"512Mi"}}""";

    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static Patch Attach(Target target, PlannedSidecar sidecar)
    {
        var pod = new JsonObject
        {
            ["serviceAccountName"] = sidecar.ServiceAccount,
            // The same field by its old name, which the API server keeps in step: owned too, or it would stay behind.
            ["serviceAccount"] = sidecar.ServiceAccount,
            ["automountServiceAccountToken"] = false,
            [Place(sidecar)] = new JsonArray(ContainerOf(target, sidecar)),
            ["volumes"] = VolumesOf(target, sidecar),
        };
        if (target.Home!.Sidecar.ImagePullSecrets is { Count: > 0 } secrets) pod["imagePullSecrets"] = SidecarNames.PullSecrets(secrets);
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = target.WorkloadName, ["namespace"] = target.Namespace },
            ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } },
        };
        return Patch.Apply(body, force: true) with { FieldManager = FieldManager };
    }

    /// <summary>
    /// Takes it out by name, whoever put it in. Only lists that are there are named: a server makes one of the deletion otherwise.
    /// </summary>
    public static Patch Detach(PlannedSidecar sidecar)
    {
        static JsonObject Gone(string name) => new() { ["name"] = name, ["$patch"] = "delete" };
        var pod = new JsonObject { ["serviceAccountName"] = null, ["serviceAccount"] = null, ["automountServiceAccountToken"] = null };
        pod[Place(sidecar)] = new JsonArray(Gone(Container));
        pod["volumes"] = new JsonArray([.. Volumes.Select(Gone)]);
        if (sidecar.PullSecrets is { Count: > 0 } secrets) pod["imagePullSecrets"] = new JsonArray([.. secrets.Select(Gone)]);
        return Patch.Strategic(new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } } });
    }

    private static string Place(PlannedSidecar sidecar) => sidecar.Native ? "initContainers" : "containers";

    private static JsonObject ContainerOf(Target target, PlannedSidecar sidecar)
    {
        var mounts = new JsonArray(
            Mount(sidecar.HomeVolume, target.Home!.Path, readOnly: true, sidecar.HomeSubPath),
            Mount("sidecar-config", "/etc/chatops", readOnly: true),
            Mount("sidecar-scratch", "/scratch"), Mount("sidecar-token", TokenPath, readOnly: true));
        if (sidecar.ArchiveClaim is not null) mounts.Add((JsonNode)Mount("sidecar-archives", "/archives"));
        var container = new JsonObject
        {
            ["name"] = Container,
            ["image"] = sidecar.Image,
            ["args"] = new JsonArray("run"),
            ["env"] = new JsonArray(
                Variable("SIDECAR_CONFIG", "/etc/chatops/sidecar.yaml"), Variable("SIDECAR_HOME", target.Home.Path),
                Variable("TMPDIR", "/scratch")),
            ["envFrom"] = SidecarNames.Variables(target),
            ["resources"] = target.Home.Sidecar.Resources?.DeepClone() ?? JsonNode.Parse(Enough),
            ["securityContext"] = Security(target.Home, sidecar.RunAs),
            ["volumeMounts"] = mounts,
        };
        // A native sidecar begins before the application and ends after it.
        if (sidecar.Native) container["restartPolicy"] = "Always";
        return container;
    }

    /// <summary>What the pod or the image says of the user already is left to them.</summary>
    private static JsonObject Security(HomeSettings home, PlannedUser? user) => SidecarSecurity.Reading(
        home, root: user is { User: 0 }, user is { Stated: true } ? user.User : null, user is { Stated: true } ? user.Group : null);

    private static JsonArray VolumesOf(Target target, PlannedSidecar sidecar)
    {
        var volumes = new JsonArray(
            new JsonObject { ["name"] = "sidecar-config", ["configMap"] = new JsonObject { ["name"] = SidecarNames.Settings(target) } },
            new JsonObject { ["name"] = "sidecar-scratch", ["emptyDir"] = new JsonObject() },
            // The application's container gets no token: the only one comes from here, and only the sidecar mounts it.
            JsonNode.Parse("""
                {"name":"sidecar-token","projected":{"sources":[
                  {"serviceAccountToken":{"path":"token","expirationSeconds":3600}},
                  {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
                  {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}}
                """));
        if (sidecar.ArchiveClaim is { } claim)
        {
            var reference = new JsonObject { ["claimName"] = claim };
            volumes.Add((JsonNode)new JsonObject { ["name"] = "sidecar-archives", ["persistentVolumeClaim"] = reference });
        }
        return volumes;
    }

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Mount(string name, string path, bool readOnly = false, string? subPath = null)
    {
        var mount = new JsonObject { ["name"] = name, ["mountPath"] = path };
        if (readOnly) mount["readOnly"] = true;
        if (subPath is not null) mount["subPath"] = subPath;
        return mount;
    }
}
