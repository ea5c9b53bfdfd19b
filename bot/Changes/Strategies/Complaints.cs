using ChatOps.Bot.Chat;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// Reads from events and conditions what stands in no pod's status: volumes that do not come, probes that fail, pods that are not made.
/// Pure. (Kubernetes: pkg/kubelet/events/event.go and pkg/controller/volume/events/event.go name the reasons.)
/// </summary>
internal static class Complaints
{
    private const int Longest = 240;

    /// <summary>What a pod's status says better, and earlier.</summary>
    private static readonly string[] InStatus = ["FailedScheduling", "BackOff", "Failed", "InspectFailed", "ErrImageNeverPull"];

    /// <summary>Volumes are there and the sandbox stands once the kubelet comes to the image.</summary>
    private static readonly string[] Past = ["Pulling", "Pulled", "Created", "Started"];

    private static readonly string[] WhileItRuns = ["Unhealthy", "FailedPostStartHook"];

    /// <summary>Why a pod that is placed on a node is not ready, as long as nothing that was told later contradicts it.</summary>
    public static Trouble? Of(Pod pod, IReadOnlyList<Event> events)
    {
        var told = events.Where(e => e.InvolvedObject.Uid == pod.Metadata.Uid && pod.Metadata.Uid is not null).ToList();
        var newest = told.Where(e => e.IsWarning && !InStatus.Contains(e.Reason) && WhileItRuns.Contains(e.Reason) == pod.HasStarted)
            .MaxBy(e => e.SeenAt);
        if (newest is null || told.Any(e => !e.IsWarning && e.SeenAt > newest.SeenAt && Ends(e, newest))) return null;
        var (name, why) = (pod.Metadata.Name, Short(newest.Message));
        return newest.Reason switch
        {
            "FailedAttachVolume" when why.Contains("Multi-Attach", StringComparison.Ordinal) => new Trouble(
                new("FailedAttachVolume", $"{name} waits for its volume, which another node still has: {why}",
                    "Kubernetes takes it from a node that is gone six minutes after; from one that is there, once no pod uses it"),
                Hopeless: false, AwaitsVolume: true),
            "FailedAttachVolume" or "FailedMount" or "FailedMapVolume" => new Trouble(
                new(newest.Reason, $"{name} waits for its volumes: {why}",
                    "Look at its claims, and for the ConfigMaps and Secrets it mounts"), Hopeless: false),
            "Unhealthy" => new Trouble(new("Unhealthy", $"{name} runs, not ready yet: {why}"), Hopeless: false),
            var reason => new Trouble(new(reason ?? "Warning", $"{name} does not start: {why}"), Hopeless: false),
        };
    }

    /// <summary>Why a StatefulSet makes no pod: a quota, a policy, an admission webhook.</summary>
    public static Trouble? OfMaker(ObjectMeta maker, IReadOnlyList<Event> events)
    {
        var told = events.Where(e => e.InvolvedObject.Uid == maker.Uid && maker.Uid is not null).ToList();
        var newest = told.Where(e => e.Reason is "FailedCreate").MaxBy(e => e.SeenAt);
        return newest is null || told.Any(e => e.Reason is "SuccessfulCreate" && e.SeenAt > newest.SeenAt)
            ? null : NotMade(maker.Name, newest.Message);
    }

    /// <summary>The same of a Deployment, which has a condition for it.</summary>
    public static Trouble? OfMaker(ObjectMeta maker, IReadOnlyList<Condition>? conditions) =>
        conditions?.FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" }) is { } failure
            ? NotMade(maker.Name, failure.Message) : null;

    /// <summary>What a component wrote, as one line of bounded length that shows as itself.</summary>
    public static string Short(string? message)
    {
        var line = VisibleText.Of((message ?? "").Trim());
        return line.Length == 0 ? "no reason given" : line.Length <= Longest ? line : $"{line[..Longest]}…";
    }

    private static Trouble NotMade(string maker, string? why) => new(
        new("FailedCreate", $"no pod of {maker} can be made: {Short(why)}", "Look at the quotas and policies of the namespace"),
        Hopeless: false);

    private static bool Ends(Event later, Event warning) => Past.Contains(later.Reason)
        ? !WhileItRuns.Contains(warning.Reason)
        : later.Reason is "SuccessfulAttachVolume" && warning.Reason is "FailedAttachVolume";
}
