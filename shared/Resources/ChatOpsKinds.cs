using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>The custom resources of this product and the names they share; <c>charts/chatops/crds</c> is their schema.</summary>
public static class ChatOpsKinds
{
    public const string Group = "chatops.ghostwire.io";

    public const string Version = "v1alpha1";

    /// <summary>Label on every resource of ours: the name of the target it is about.</summary>
    public const string TargetLabel = $"{Group}/target";

    /// <summary>Annotation: the chat messages that show this resource, a JSON list of <see cref="MessageReference"/>.</summary>
    public const string MessagesAnnotation = $"{Group}/messages";

    /// <summary>
    /// Annotation: the id of the chat message or press that asked for this resource, so that a repeated delivery is recognised.
    /// </summary>
    public const string InvocationAnnotation = $"{Group}/invocation";

    /// <summary>Label: the schedule that made a snapshot.</summary>
    public const string ScheduleLabel = $"{Group}/schedule";

    /// <summary>Annotation: the moment of the schedule that a snapshot was made for.</summary>
    public const string ScheduledAtAnnotation = $"{Group}/scheduled-at";

    /// <summary>Annotation: names of the chats that hear of this resource, with commas between; without it all that want news do.</summary>
    public const string NotifyAnnotation = $"{Group}/notify";

    /// <summary>Who writes our fields.</summary>
    public const string FieldManager = "chatops";

    public static readonly ResourceKind<Snapshot> Snapshots = new(Group, Version, "snapshots", "Snapshot", ResourceJson.Default.Snapshot);

    public static readonly ResourceKind<Change> Changes = new(Group, Version, "changes", "Change", ResourceJson.Default.Change);

    public static readonly ResourceKind<Restore> Restores = new(Group, Version, "restores", "Restore", ResourceJson.Default.Restore);

    public static readonly ResourceKind<SnapshotSchedule> SnapshotSchedules =
        new(Group, Version, "snapshotschedules", "SnapshotSchedule", ResourceJson.Default.SnapshotSchedule);
}
