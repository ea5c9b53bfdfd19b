using System.Globalization;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class ObsoleteSnapshotsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Those_whose_archive_a_later_one_removed_go_oldest_first()
    {
        // The second was itself removed later: whoever deletes it before the first would forget why the first must go.
        Snapshot[] all = [Taken(4, "a3", "a2"), Taken(3), Taken(2, "a1"), Taken(1), Taken(5)];
        Assert.Equal(["s1", "s2", "s3"], Names(all));
    }

    [Fact]
    public void One_still_at_work_or_without_an_archive_stays()
    {
        var running = new Snapshot { Metadata = new() { Name = "s1" }, Status = new SnapshotStatus().Start("me", Start) };
        Assert.Empty(Names([running, Taken(2, "a1", "")]));
    }

    [Theory]
    [InlineData(10, "nightly", 0)]
    [InlineData(13, "nightly", 3)]
    [InlineData(13, null, 3)]
    public void Of_the_failures_of_a_schedule_and_of_people_the_newest_ten_stay(int failures, string? schedule, int gone)
    {
        var all = Enumerable.Range(1, failures).Select(n => Failed(n, schedule)).Append(Taken(20)).Append(Failed(30, "another")).ToList();
        Assert.Equal(Enumerable.Range(1, gone).Select(n => $"f{n}"), Names(all));
    }

    private static IEnumerable<string> Names(IReadOnlyCollection<Snapshot> all) => ObsoleteSnapshots.Of(all).Select(s => s.Metadata.Name);

    private static Snapshot Taken(int n, params string[] pruned) => new()
    {
        Metadata = new() { Name = $"s{n}" },
        Status = new SnapshotStatus
        {
            Phase = SnapshotPhase.Succeeded,
            CutTime = Start.AddDays(n),
            Archive = new() { Name = $"a{n}" },
            Pruned = pruned.Length == 0 ? null : pruned,
        },
    };

    private static Snapshot Failed(int n, string? schedule) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = $"f{n}",
            Labels = schedule is null ? null : new Dictionary<string, string> { [ChatOpsKinds.ScheduleLabel] = schedule },
            Annotations = new Dictionary<string, string>
            {
                [ChatOpsKinds.ScheduledAtAnnotation] = Start.AddDays(n).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
            CreationTimestamp = Start.AddDays(n),
        },
        Status = new SnapshotStatus { Phase = SnapshotPhase.Failed },
    };
}
