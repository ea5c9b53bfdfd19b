using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Snapshots;
using ChatOps.Resources;

namespace ChatOps.Bot.Platforms.Web;

/// <summary>What happened to each target, as points in time for the page to draw.</summary>
internal sealed class Timeline(AccessRules access, SnapshotBoard snapshots, ChangeBoard changes, TimeProvider time)
{
    private const int Most = 40;

    public IReadOnlyList<TimelineLane> For(Person person) => [.. access.Visible(person).Select(t => new TimelineLane(
        t.Name, [.. Snapshots(t).Concat(Changes(t.Name)).OrderByDescending(p => p.At).Take(Most)]))];

    private IEnumerable<TimelinePoint> Snapshots(Settings.Target target) => target.Home is null ? [] : snapshots.Of(target.Name).Take(Most)
        .Select(s => new TimelinePoint(
            "snapshot",
            s.Status.Phase switch { SnapshotPhase.Succeeded => "good", SnapshotPhase.Failed => "bad", _ => "open" },
            s.Status.CutTime ?? s.Metadata.CreationTimestamp ?? time.GetUtcNow(),
            $"snapshot, {Phrases.Words(s.Status.Phase)}"));

    private IEnumerable<TimelinePoint> Changes(string target) => changes.Of(target).Take(Most).Select(c => new TimelinePoint(
        "change",
        c.Status.Phase switch { ChangePhase.Succeeded => "good", ChangePhase.Failed or ChangePhase.RolledBack => "bad", _ => "open" },
        c.Metadata.CreationTimestamp ?? time.GetUtcNow(),
        $"{ChangeCards.Title(c)}, {Phrases.Words(c.Status.Phase)}"));
}
