using ChatOps.Bot.Changes.Strategies;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>What is told of a pod from events alone, and until when it holds.</summary>
public sealed class ComplaintsTests
{
    private const string MultiAttach =
        "Multi-Attach error for volume \"pvc-1\" Volume is already exclusively attached to one node and can't be attached to another";

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Events in the order they were told, of a pod that waits or runs; what is told of it, or null.</summary>
    public static TheoryData<string, bool, string?> Stories => new()
    {
        { "FailedAttachVolume:Multi", false, "vol-0 waits for its volume, which another node still has: Multi-Attach error" },
        { "FailedAttachVolume:Multi SuccessfulAttachVolume", false, null },
        { "FailedMount SuccessfulAttachVolume", false, "vol-0 waits for its volumes: it says FailedMount" },
        { "FailedAttachVolume:Multi FailedMount", false, "vol-0 waits for its volumes: it says FailedMount" },
        { "FailedMount Pulling", false, null },
        { "FailedMount Pulled Created Started", true, null },
        { "SuccessfulAttachVolume FailedMount", false, "vol-0 waits for its volumes: it says FailedMount" },
        { "FailedCreatePodSandBox", false, "vol-0 does not start: it says FailedCreatePodSandBox" },
        { "FailedScheduling", false, null },
        { "Failed BackOff", false, null },
        { "Started Unhealthy", true, "vol-0 runs, not ready yet: it says Unhealthy" },
        { "Unhealthy", false, null },
        // Of another pod that had the name before.
        { "FailedMount:other", false, null },
        { "", false, null },
    };

    [Theory]
    [MemberData(nameof(Stories))]
    public void The_newest_warning_that_still_holds_is_told(string story, bool runs, string? told)
    {
        var events = story.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((word, i) => Told(word.Split(':'), i)).ToList();
        Assert.StartsWith(told ?? "nothing", Complaints.Of(Pod(runs), events)?.Fault.Message ?? "nothing", StringComparison.Ordinal);
        Assert.Equal(told is null, PodTrouble.Of([Pod(runs)], events) is null);
    }

    [Fact]
    public void A_volume_that_another_node_has_comes_by_itself()
    {
        Assert.True(Complaints.Of(Pod(false), [Told(["FailedAttachVolume", "Multi"], 0)]) is { AwaitsVolume: true, Hopeless: false });
        Assert.True(Complaints.Of(Pod(false), [Told(["FailedMount"], 0)]) is { AwaitsVolume: false, Hopeless: false });
    }

    [Fact]
    public void While_it_waits_a_person_reads_what_for()
    {
        Assert.Equal("vol-0 is being created", PodTrouble.Doing(Pod(false), []));
        Assert.StartsWith(
            "vol-0 waits for its volumes: it says FailedMount", PodTrouble.Doing(Pod(false), [Told(["FailedMount"], 0)]),
            StringComparison.Ordinal);
        Assert.Equal("no node takes vol-0: 0/3 nodes are available", PodTrouble.Doing(Unplaced(), []));
        Assert.Equal("Unschedulable", PodTrouble.Of([Unplaced()], [])!.Fault.Kind);
    }

    [Fact]
    public void However_it_was_written_the_last_time_seen_counts()
    {
        Assert.Equal(Start, new Event { LastTimestamp = Start }.SeenAt);
        Assert.Equal(Start, new Event { EventTime = Start, Metadata = new() { CreationTimestamp = Start.AddHours(1) } }.SeenAt);
        Assert.Equal(
            Start.AddHours(1), new Event { EventTime = Start, Series = new() { LastObservedTime = Start.AddHours(1) } }.SeenAt);
    }

    [Fact]
    public void What_a_component_wrote_is_one_visible_line_of_bounded_length()
    {
        var hostile = Told(["FailedMount"], 0) with { Message = "a\nb\e[31m‮" + new string('x', 5000) };
        var message = Complaints.Of(Pod(false), [hostile])!.Fault.Message;
        Assert.InRange(message.Length, 100, 300);
        Assert.DoesNotContain(message, c => char.IsControl(c) || c == '‮');
    }

    [Fact]
    public void A_statefulset_that_makes_no_pod_says_why_until_it_made_one()
    {
        var set = new StatefulSet { Metadata = new() { Name = "vol", Uid = "uid of vol" }, Spec = new() { Replicas = 1 } };
        var quota = new Event
        {
            InvolvedObject = new() { Uid = "uid of vol" },
            Type = "Warning",
            Reason = "FailedCreate",
            Message = "create Pod vol-0 in StatefulSet vol failed error: pods \"vol-0\" is forbidden: exceeded quota: small",
            LastTimestamp = Start,
        };
        var rollout = RollingStatefulSet.Judge(set, [], [quota]);
        Assert.Contains("exceeded quota: small", rollout.Message, StringComparison.Ordinal);
        Assert.Equal(("FailedCreate", false), (rollout.Trouble!.Fault.Kind, rollout.Trouble.Hopeless));
        var made = quota with { Type = "Normal", Reason = "SuccessfulCreate", LastTimestamp = Start.AddSeconds(5) };
        Assert.Null(RollingStatefulSet.Judge(set, [], [quota, made]).Trouble);
    }

    private static Event Told(string[] word, int second) => new()
    {
        InvolvedObject = new() { Kind = "Pod", Name = "vol-0", Uid = word is [_, "other"] ? "another" : "uid of vol-0" },
        Type = word[0].StartsWith("Failed", StringComparison.Ordinal) || word[0] is "Unhealthy" or "BackOff" ? "Warning" : "Normal",
        Reason = word[0],
        Message = word is [_, "Multi"] ? MultiAttach : $"it says {word[0]}",
        LastTimestamp = Start.AddSeconds(second),
    };

    private static Pod Pod(bool runs) => new()
    {
        Metadata = new ObjectMeta { Name = "vol-0", Uid = "uid of vol-0" },
        Status = new PodStatus
        {
            Phase = runs ? "Running" : "Pending",
            ContainerStatuses = [new ContainerStatus
            {
                Name = "app",
                State = runs ? new() { Running = new() } : new() { Waiting = new() { Reason = "ContainerCreating" } },
            }],
        },
    };

    private static Pod Unplaced() => Pod(false) with
    {
        Status = new PodStatus
        {
            Phase = "Pending",
            Conditions = [new Condition { Type = "PodScheduled", Status = "False", Message = "0/3 nodes are available" }],
        },
    };
}
