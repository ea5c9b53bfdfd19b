using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>Says why a restore failed and what to do next, from what its pod left behind; pure.</summary>
internal static class RestoreFaults
{
    /// <summary>The highest exit code that is not of a signal; this one itself is of a container that could not be started.</summary>
    private const int ByItself = 128;

    /// <summary>The one failure of the sidecar after which the old data is not where it was.</summary>
    private const string HalfPlaced = "HalfPlaced";

    private const string Untouched = "the data that was there is untouched";

    /// <param name="secret">The Secret that should hold the identity; null where none is declared.</param>
    /// <param name="pod">The pod of its Job; null when nothing is left of it.</param>
    public static ResourceFault Of(Restore restore, string? secret, Pod? pod)
    {
        var what = $"restore of {restore.Spec.Archive} failed";
        var ended = Ended(pod);
        var lines = (ended?.Message ?? "").Split('\n').Where(l => !string.IsNullOrWhiteSpace(l)).ToList();
        if (lines is [.., var last] && Told(last) is { } fault)
        {
            var (message, hint) = Identity(restore, secret, fault.Kind) ?? (fault.Message, fault.Hint);
            // What an attempt before this one did is not known here.
            var touched = fault.Kind == HalfPlaced || restore.Status.Attempts > 1;
            return new("RestoreFailed", touched ? $"{what}: {message}" : $"{what}: {message}; {Untouched}", hint);
        }
        return new(
            "RestoreFailed",
            $"{what}: {Words(pod, ended, lines)}",
            $"kubectl -n {restore.Metadata.Namespace} describe job {restore.Metadata.Name}");
    }

    /// <summary>Whether a signal or the loss of its node ended it, and not what it found.</summary>
    public static bool WasInterrupted(Pod? pod) => Ended(pod) is not { } ended || ended.ExitCode > ByItself;

    /// <summary>Interrupted as often as it is begun.</summary>
    public static ResourceFault TooOften(Restore restore, ResourceFault last) => last with
    {
        Message = $"{last.Message}; it was begun {restore.Status.Attempts} times",
        Hint = "Restore again before anything is written: that finishes what was begun. "
            + $"kubectl -n {restore.Metadata.Namespace} describe job {restore.Metadata.Name}",
    };

    /// <summary>The API server does not take the Job, in its own words.</summary>
    public static ResourceFault NotMade(Restore restore, ApiException refusal) =>
        CannotBegin(refusal.Reason, restore, restore.Status.Attempts, refusal.Message, refusal.Hint);

    public static ResourceFault Deleted(Restore restore) =>
        new("RestoreFailed", $"restore of {restore.Spec.Archive} failed: its Job was deleted before it was done");

    /// <summary>Why no pod of its Job runs, once waiting longer is not worth it; null until then.</summary>
    /// <param name="within">How long it was waited for; null while there is time.</param>
    public static ResourceFault? NotStarted(Restore restore, Job job, IReadOnlyList<Pod> pods, TimeSpan? within)
    {
        var ns = restore.Metadata.Namespace;
        var events = $"kubectl -n {ns} get events --field-selector involvedObject.name=";
        var container = pods.SelectMany(p => p.Status.AllContainers).FirstOrDefault(c => c.State?.Waiting is not null);
        var waiting = container?.State?.Waiting;
        var unplaced = pods.SelectMany(p => p.Status.Conditions ?? [])
            .FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message;
        var late = within is null ? "" : $" within {Phrases.Duration(within.Value)}";
        (string Cause, string Hint)? found = waiting?.Reason switch
        {
            "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" => ($"its pod cannot pull {container!.Image}",
                $"Check targets.{restore.Spec.Target}.home.sidecarImage, and that the cluster may pull from there"),
            "CreateContainerConfigError" or "CreateContainerError" => ($"its pod cannot start: {waiting.Message ?? waiting.Reason}",
                events + pods[0].Metadata.Name),
            _ when within is null => null,
            _ when pods.Count == 0 => ($"its Job made no pod{late}{Level(job, ns)}", events + restore.Metadata.Name),
            _ when unplaced is not null => ($"no node took its pod{late}: {unplaced}", events + pods[0].Metadata.Name),
            _ => ($"its pod did not start{late}", events + pods[0].Metadata.Name),
        };
        return found is { } why ? CannotBegin("NotStarted", restore, restore.Status.Attempts - 1, why.Cause, why.Hint) : null;
    }

    /// <summary>What a namespace that enforces more refuses pods for.</summary>
    private static string Level(Job job, string? ns) => job.Spec.Template.Spec.Containers.Any(c => c.SecurityContext?.RunAsUser == 0)
        ? $"; as it runs as root, {ns} must allow the Pod Security level baseline"
        : "";

    /// <param name="earlier">How many attempts there were before: what one that was interrupted did to the data is not known.</param>
    private static ResourceFault CannotBegin(string reason, Restore restore, int earlier, string cause, string? hint) => earlier > 0
        ? new(reason, $"restore of {restore.Spec.Archive} was interrupted and cannot begin again: {cause}", hint)
        : new(reason, $"restore of {restore.Spec.Archive} cannot begin: {cause}; {Untouched}", hint);

    /// <summary>The sidecar knows a file; people know a Secret.</summary>
    private static (string Message, string Hint)? Identity(Restore restore, string? secret, string kind)
    {
        var ns = restore.Metadata.Namespace;
        var name = secret ?? $"{restore.Spec.Target}-identity";
        var make = $"kubectl -n {ns} create secret generic {name} --from-file={RestoreJob.IdentityKey}";
        return kind switch
        {
            "IdentityRequired" => ("it is encrypted, and no Secret with the identity that opens it is declared",
                $"{make}; then name it as targets.{restore.Spec.Target}.home.identitySecret in chatops.yaml"),
            "BadIdentity" => ($"Secret {name} with the identity is not in namespace {ns}, or has no {RestoreJob.IdentityKey}",
                $"{make}; then ask again"),
            "WrongIdentity" => (
                $"{RestoreJob.IdentityKey} in Secret {name} of namespace {ns} does not open it: it is encrypted to another key",
                $"kubectl -n {ns} delete secret {name}; with the right one {make}; then ask again"),
            _ => null,
        };
    }

    /// <summary>The event in which the sidecar says with <c>--json</c> that it failed; null for any other line.</summary>
    private static Fault? Told(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject told && told["event"]?.ToString() == "failed"
                ? new(told["reason"]?.ToString() ?? "", told["message"]?.ToString() ?? "", told["hint"]?.ToString())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TerminatedState? Ended(Pod? pod) =>
        pod?.Status.AllContainers.Select(c => c.State?.Terminated).FirstOrDefault(t => t is { ExitCode: not 0 });

    private static string Words(Pod? pod, TerminatedState? ended, IReadOnlyList<string> lines) =>
        pod is null ? "its pod left no trace"
        : ended is null ? $"its pod was ended before it was done{(pod.Status.Reason is { } reason ? $" ({reason})" : "")}"
        : ended.Reason is not (null or "Error") ? $"it ended with {ended.ExitCode} ({ended.Reason})"
        : lines.LastOrDefault(l => !char.IsWhiteSpace(l[0]))?.Trim() ?? $"it ended with {ended.ExitCode} and said nothing";
}
