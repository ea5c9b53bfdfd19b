using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>
/// How a change reaches one kind of workload. Every call can be repeated: a controller that starts anew repeats the step it
/// finds unfinished. Calls throw <see cref="ApiException"/> when the API server refuses or is away, and
/// <see cref="FaultException"/> for what they cannot do.
/// </summary>
internal interface IStrategy
{
    string Name { get; }

    bool Handles(Target target);

    /// <summary>The workload as it is; an absent one is a fault that names it.</summary>
    Task<WorkloadState> ReadAsync(Target target, CancellationToken ct);

    /// <summary>The whole workload as the server has it, or null.</summary>
    Task<JsonObject?> ReadRawAsync(Target target, CancellationToken ct);

    /// <summary>The templates the cluster remembers, newest first.</summary>
    Task<IReadOnlyList<Revision>> RevisionsAsync(Target target, CancellationToken ct);

    /// <summary>What brings a remembered template back; <paramref name="image"/>, when given, takes the place of the image in it.</summary>
    /// <param name="exactly">As it was; else the sidecar stays as it is now.</param>
    Task<Patch> BackToAsync(Target target, long revision, string container, string? image, bool exactly, CancellationToken ct);

    /// <summary>Returns the workload's generation after it: a rollout of an older one does not answer for it.</summary>
    Task<long> PatchAsync(Target target, Patch patch, CancellationToken ct);

    /// <summary>Removes pods of an old template that the cluster would not replace by itself.</summary>
    Task ReplaceStuckPodsAsync(Target target, CancellationToken ct);

    /// <summary>The rollout now and after every change, until cancelled.</summary>
    IAsyncEnumerable<Rollout> WatchAsync(Target target, string container, CancellationToken ct);
}

/// <summary>A workload in the terms all kinds share.</summary>
internal sealed record WorkloadState
{
    public required string Reference { get; init; }

    public required ObjectMeta Metadata { get; init; }

    public long Generation => Metadata.Generation;

    public required int Replicas { get; init; }

    public required int Ready { get; init; }

    public required PodTemplate Template { get; init; }

    /// <summary>The revision whose template this is; null while the cluster has not numbered it.</summary>
    public required long? Revision { get; init; }

    public required IReadOnlyList<Pod> Pods { get; init; }

    public bool Paused { get; init; }

    /// <summary>Pods of a lower number keep the old template.</summary>
    public int Partition { get; init; }

    public string? PullPolicy(string container) => Template.Spec.Containers.FirstOrDefault(c => c.Name == container)?.ImagePullPolicy;

    /// <summary>The Secrets that its pods are pulled with; those of their account are in the pods alone.</summary>
    public IReadOnlyList<string> PullSecrets =>
        [.. Pods.Select(p => p.Spec).Prepend(Template.Spec).SelectMany(s => s.ImagePullSecrets ?? []).Select(s => s.Name).Distinct()];

    public string? Image(string container) => Template.Spec.Containers.FirstOrDefault(c => c.Name == container)?.Image;

    /// <summary>What really runs: the digest a pod of this template reports.</summary>
    public string? ImageId(string container) => Pods.Where(p => p.Metadata.DeletionTimestamp is null).OrderByDescending(p => p.IsReady)
        .SelectMany(p => p.Status.ContainerStatuses ?? [])
        .FirstOrDefault(c => c.Name == container)?.ImageID is { Length: > 0 } id ? id : null;

    /// <summary>What each ready pod reports: a tag may be one image on this node and another on that.</summary>
    public IReadOnlyList<string> ImageIds(string container) =>
        [.. Pods.Where(p => p.IsReady).SelectMany(p => p.Status.ContainerStatuses ?? [])
            .Where(c => c.Name == container && !string.IsNullOrEmpty(c.ImageID)).Select(c => c.ImageID!)];
}

/// <summary>A template the cluster remembers.</summary>
/// <param name="AsLive">Going back to it would change nothing that runs: it differs by the sidecar, or by a restart, at most.</param>
internal sealed record Revision(long Number, string Image, bool Current, DateTimeOffset? CreatedAt, bool AsLive = false);

/// <summary>Where a rollout stands.</summary>
/// <param name="Generation">The generation of the workload this was judged on.</param>
/// <param name="Done">Every pod wanted runs the new template and is ready.</param>
/// <param name="ReadyPods">How many pods serve, of whatever template.</param>
/// <param name="ReadySince">When the newest of them became ready, as the cluster says.</param>
/// <param name="Message">What a person sees: <c>ghostwire-0 is pulling the image</c>.</param>
/// <param name="Trouble">Why the new template does not come up, once that is known.</param>
internal sealed record Rollout(
    long Generation, bool Done, int ReadyPods, DateTimeOffset? ReadySince, string Message, Trouble? Trouble)
{
    /// <summary>When the news of it arrived; what is done about it may come later.</summary>
    public DateTimeOffset SeenAt { get; init; }

    /// <summary>All that could be asked about is in it, and not only what decides.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whose log would tell why it is not ready; null where no container has run.</summary>
    public LogOrigin? Log { get; init; }
}

/// <summary>What keeps pods from being ready.</summary>
/// <param name="Hopeless">Waiting longer will not help.</param>
/// <param name="AwaitsVolume">The volume is still with another node, and comes by itself once that has let it go.</param>
internal sealed record Trouble(Fault Fault, bool Hopeless, bool AwaitsVolume = false);

/// <param name="Previous">That of the run before, as the present one has not begun.</param>
internal sealed record LogOrigin(string Pod, string Container, bool Previous);
