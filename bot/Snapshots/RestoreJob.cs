using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// The Job that puts an archive back: the sidecar's own program with the sidecar's own settings and keys, and, alone of all pods, the
/// identity that opens encrypted archives. What ended it stands in the status of its pod (<see cref="RestoreFaults"/>).
/// </summary>
internal static class RestoreJob
{
    /// <summary>Under which the Secret holds the identity.</summary>
    public const string IdentityKey = "key.txt";

    private const string Archives = "/archives", Identity = "/identity";

    /// <param name="configured">Whether the ConfigMap with the sidecar's settings is there.</param>
    /// <param name="workload">The template of the application, whose home it is; null where the workload is not there.</param>
    public static JsonObject For(Restore restore, Target target, HomeSettings home, bool configured, PodTemplate? workload)
    {
        List<JsonNode> volumes = [Claim("home", home.Claim), new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() }];
        var (mount, user) = (HomeMount.In(workload, home)?.Mount, HomeUser.Of(home, workload));
        List<JsonNode> mounts = [Mount("home", home.Path, subPath: mount?.SubPath), Mount("scratch", "/scratch")];
        List<JsonNode> arguments = ["restore", restore.Spec.Archive, "--into", home.Path, "--target", target.Name, "--json"];
        List<JsonNode> variables = [Variable("TMPDIR", "/scratch")];
        if (TraceAnnotation.TraceOf(restore) != default)
            variables.Add(Variable("TRACEPARENT", restore.Metadata.Annotation(TraceAnnotation.Name)!));
        if (configured)
        {
            volumes.Add(
                new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = SidecarNames.Settings(target) } });
            mounts.Add(Mount("config", "/etc/chatops", readOnly: true));
            variables.Add(Variable("SIDECAR_CONFIG", "/etc/chatops/sidecar.yaml"));
        }
        if (home.ArchiveClaim is { } claim)
        {
            volumes.Add(Claim("archives", claim));
            mounts.Add(Mount("archives", Archives, readOnly: true));
            arguments.Add("--store");
            arguments.Add(Archives);
        }
        if (home.IdentitySecret is { } secret)
        {
            // A pod waits for ever for a Secret that is not there, and the application is stopped meanwhile;
            // the sidecar says at once that it is not.
            volumes.Add(
                new JsonObject { ["name"] = "identity", ["secret"] = new JsonObject { ["secretName"] = secret, ["optional"] = true } });
            mounts.Add(Mount("identity", Identity, readOnly: true));
            arguments.Add("--identity");
            arguments.Add($"{Identity}/{IdentityKey}");
        }
        var container = new JsonObject
        {
            ["name"] = "restore",
            ["image"] = home.SidecarImage,
            ["args"] = new JsonArray([.. arguments]),
            ["env"] = new JsonArray([.. variables]),
            ["envFrom"] = SidecarNames.Variables(target),
            ["volumeMounts"] = new JsonArray([.. mounts]),
            ["terminationMessagePolicy"] = "FallbackToLogsOnError",
            ["securityContext"] = SidecarSecurity.Placing(home, user),
        };
        if (home.Sidecar.Resources is { } resources) container["resources"] = resources.DeepClone();
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["securityContext"] = SidecarSecurity.Volumes(workload?.Spec.SecurityContext),
            ["containers"] = new JsonArray(container),
            ["volumes"] = new JsonArray([.. volumes]),
        };
        Place(pod, home, workload?.Spec);
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = restore.Metadata.Name,
                ["labels"] = Labels(target),
                ["ownerReferences"] = new JsonArray(Owner(restore)),
            },
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = 0,
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels(target) },
                    ["spec"] = pod,
                },
            },
        };
    }

    /// <summary>
    /// Where the application may run, and there alone, the volume can be had; what it pulls its image with, the sidecar's is pulled with.
    /// </summary>
    private static void Place(JsonObject pod, HomeSettings home, PodSpec? application)
    {
        if (application?.NodeSelector is { } selector) pod["nodeSelector"] = JsonNode.Parse(selector.GetRawText());
        if (application?.Tolerations is { } tolerations) pod["tolerations"] = JsonNode.Parse(tolerations.GetRawText());
        if (application?.Affinity?.NodeAffinity is { } nodes)
            pod["affinity"] = new JsonObject { ["nodeAffinity"] = JsonNode.Parse(nodes.GetRawText()) };
        var secrets = (application?.ImagePullSecrets ?? []).Select(s => s.Name).Concat(home.Sidecar.ImagePullSecrets).Distinct().ToList();
        if (secrets.Count > 0) pod["imagePullSecrets"] = SidecarNames.PullSecrets(secrets);
    }

    private static JsonObject Labels(Target target) => new() { [ChatOpsKinds.TargetLabel] = target.Name };

    private static JsonObject Owner(Restore restore) => new()
    {
        ["apiVersion"] = ChatOpsKinds.Restores.ApiVersion,
        ["kind"] = ChatOpsKinds.Restores.Kind,
        ["name"] = restore.Metadata.Name,
        ["uid"] = restore.Metadata.Uid,
    };

    private static JsonObject Claim(string name, string claim) =>
        new() { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } };

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Mount(string name, string path, bool readOnly = false, string? subPath = null)
    {
        var mount = new JsonObject { ["name"] = name, ["mountPath"] = path, ["readOnly"] = readOnly };
        if (subPath is { Length: > 0 }) mount["subPath"] = subPath;
        return mount;
    }
}
