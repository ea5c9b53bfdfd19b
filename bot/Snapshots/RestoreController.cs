using System.Text.Json.Nodes;
using ChatOps.Bot.Health;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// Carries out Restores: a Job with the sidecar's own program puts the archive back while nothing else mounts the claim. Goes on from the
/// status after a kill; the Job bears the Restore's name, so there is never a second one.
/// </summary>
internal sealed class RestoreController(
    IKubernetesClient client, BotSettings settings, Heartbeats heartbeats, TimeProvider time, ILogger<RestoreController> log)
{
    private const string ArchiveMount = "/archives";

    /// <summary>Set on the pods of a Job by its controller, in every version of Kubernetes.</summary>
    private const string JobLabel = "job-name";

    public async Task RunAsync(CancellationToken ct)
    {
        var namespaces = settings.Targets.Values.Where(t => t.Home is not null).Select(t => t.Namespace).Distinct();
        await Task.WhenAll(namespaces.Select(ns => FollowAsync(ns, ct)));
    }

    private async Task FollowAsync(string ns, CancellationToken ct)
    {
        var restores = new Informer<Restore>(client, ChatOpsKinds.Restores, ns, Selection.All, time);
        var jobs = new Informer<Job>(client, Kinds.Jobs, ns, new Selection(Labels: ChatOpsKinds.TargetLabel), time);
        await Task.WhenAll(
            restores.RunAsync(e => e.Type == WatchEventType.Deleted
                ? default
                : new(AdvanceAsync(e.Object, heartbeats.Of($"restores of {ns}"), ct)), ct),
            jobs.RunAsync(
                e => restores.Find(ns, e.Object.Metadata.Name) is { } restore && e.Type != WatchEventType.Deleted
                    ? new(AdvanceAsync(restore, heartbeats.Of($"restore jobs of {ns}"), ct))
                    : default,
                ct));
    }

    /// <summary>Moves a Restore one phase on, if what it waits for is there.</summary>
    private async Task AdvanceAsync(Restore seen, Heartbeat heart, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            heart.Beat();
            try
            {
                var restore = await client.FindAsync(ChatOpsKinds.Restores, seen.Metadata.Namespace, seen.Metadata.Name, ct);
                if (restore is null || restore.Status.IsFinal) return;
                if (restore.Status.Phase == RestorePhase.Pending) await BeginAsync(restore, ct);
                else await ConcludeAsync(restore, ct);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Newer than what was read: read it again.
            }
            catch (ApiException e)
            {
                log.LogWarning("restore {Name}: {Cause}; trying again", seen.Metadata.Name, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
            finally
            {
                heart.Rest();
            }
        }
    }

    private async Task BeginAsync(Restore restore, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!settings.Targets.TryGetValue(restore.Spec.Target, out var target) || target.Home is not { } home)
        {
            await client.WriteStatusAsync(restore, restore.Status.Fail(new("UndeclaredTarget", $"{restore.Spec.Target} is no target with a home in chatops.yaml"), now), ct);
            return;
        }
        if (await MountedByAsync(restore, home, ct) is { } pod)
        {
            var fault = new ResourceFault("ClaimInUse", $"{pod} still mounts {home.Claim}; data is never replaced under a running application", $"Stop {target.Name} first");
            await client.WriteStatusAsync(restore, restore.Status.Fail(fault, now), ct);
            return;
        }
        try
        {
            await client.CreateAsync(Kinds.Jobs, target.Namespace, JobFor(restore, target, home), ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // Made before the bot was started anew.
        }
        await client.WriteStatusAsync(restore, restore.Status.Start(restore.Metadata.Name, now), ct);
    }

    private async Task ConcludeAsync(Restore restore, CancellationToken ct)
    {
        var job = await client.FindAsync(Kinds.Jobs, restore.Metadata.Namespace, restore.Status.Job!, ct);
        if (job?.Status.Conditions?.Any(c => c is { Type: "Complete", Status: "True" }) == true)
        {
            await client.WriteStatusAsync(restore, restore.Status.Succeed(time.GetUtcNow()), ct);
        }
        else if (job is null || job.Status.Conditions?.Any(c => c is { Type: "Failed", Status: "True" }) == true)
        {
            var cause = job is null ? "its Job was deleted" : await LastWordsAsync(job, ct);
            var fault = new ResourceFault("RestoreFailed", $"restore of {restore.Spec.Archive} failed: {cause}", "The data that was there is untouched");
            await client.WriteStatusAsync(restore, restore.Status.Fail(fault, time.GetUtcNow()), ct);
        }
    }

    /// <summary>The name of a pod that uses the claim; those of the Restore's own Job do so by right, when it was made before a kill.</summary>
    private async Task<string?> MountedByAsync(Restore restore, HomeSettings home, CancellationToken ct)
    {
        var pods = await client.ListAsync(Kinds.Pods, restore.Metadata.Namespace, Selection.All, ct);
        return pods.Items.FirstOrDefault(p => p.Status.Phase is not ("Succeeded" or "Failed") && p.Metadata.Label(JobLabel) != restore.Metadata.Name
            && p.Spec.Volumes?.Any(v => v.PersistentVolumeClaim?.ClaimName == home.Claim) == true)?.Metadata.Name;
    }

    /// <summary>The last line the Job's pod wrote: the sidecar ends with its fault.</summary>
    private async Task<string> LastWordsAsync(Job job, CancellationToken ct)
    {
        var ns = job.Metadata.Namespace!;
        var pods = await client.ListAsync(Kinds.Pods, ns, new Selection(Labels: $"{JobLabel}={job.Metadata.Name}"), ct);
        if (pods.Items is not [var pod, ..]) return "its pod left no trace";
        try
        {
            await using var log = await client.LogsAsync(ns, pod.Metadata.Name, new LogQuery(TailLines: 1), ct);
            using var reader = new StreamReader(log);
            return (await reader.ReadToEndAsync(ct)).Trim() is { Length: > 0 } words ? words : "it said nothing";
        }
        catch (ApiException e)
        {
            return $"its log cannot be read ({e.Reason})";
        }
    }

    private static JsonObject JobFor(Restore restore, Target target, HomeSettings home)
    {
        JsonArray volumes = [Volume("home", home.Claim)];
        JsonArray mounts = [Mount("home", home.Path, readOnly: false)];
        JsonArray arguments = ["restore", restore.Spec.Archive, "--into", home.Path, "--target", target.Name];
        if (home.ArchiveClaim is not null)
        {
            volumes.Add(Volume("archives", home.ArchiveClaim));
            mounts.Add(Mount("archives", ArchiveMount, readOnly: true));
            arguments.Add("--store");
            arguments.Add(ArchiveMount);
        }
        var container = new JsonObject
        {
            ["name"] = "restore",
            ["image"] = home.SidecarImage,
            ["args"] = arguments,
            ["volumeMounts"] = mounts,
            ["securityContext"] = JsonNode.Parse("""{"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]}}"""),
        };
        JsonObject Labels() => new() { [ChatOpsKinds.TargetLabel] = target.Name };
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = restore.Metadata.Name,
                ["labels"] = Labels(),
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = ChatOpsKinds.Restores.ApiVersion,
                    ["kind"] = ChatOpsKinds.Restores.Kind,
                    ["name"] = restore.Metadata.Name,
                    ["uid"] = restore.Metadata.Uid,
                }),
            },
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = 0,
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels() },
                    ["spec"] = new JsonObject
                    {
                        ["restartPolicy"] = "Never",
                        ["automountServiceAccountToken"] = false,
                        ["securityContext"] = JsonNode.Parse("""{"runAsUser":1000,"runAsGroup":1000,"fsGroup":1000,"seccompProfile":{"type":"RuntimeDefault"}}"""),
                        ["containers"] = new JsonArray(container),
                        ["volumes"] = volumes,
                    },
                },
            },
        };
    }

    private static JsonObject Volume(string name, string claim) =>
        new() { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } };

    private static JsonObject Mount(string name, string path, bool readOnly) =>
        new() { ["name"] = name, ["mountPath"] = path, ["readOnly"] = readOnly };
}
