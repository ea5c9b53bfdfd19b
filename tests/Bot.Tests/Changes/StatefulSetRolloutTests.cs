using ChatOps.Bot.Changes.Strategies;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Verdicts over a rollout, from states as the cluster reports them.</summary>
public sealed class StatefulSetRolloutTests
{
    [Fact]
    public void A_ready_pod_of_the_new_template_is_the_end() =>
        Assert.True(RollingStatefulSet.Judge(Set(), [Pod("new", ready: true)], []).Done);

    [Fact]
    public void A_ready_pod_of_the_old_template_is_not() =>
        Assert.False(RollingStatefulSet.Judge(Set(), [Pod("old", ready: true)], []).Done);

    [Fact]
    public void What_the_controller_has_not_seen_is_not_judged()
    {
        var rollout = RollingStatefulSet.Judge(Set(observed: 1), [Pod("new", ready: true)], []);
        Assert.False(rollout.Done);
        Assert.Equal("waiting for the cluster to take it up", rollout.Message);
    }

    [Fact]
    public void Backing_off_from_a_pull_is_hopeless_and_says_why()
    {
        var rollout = RollingStatefulSet.Judge(Set(), [Pod("new", ready: false, waiting: "ImagePullBackOff")], []);
        Assert.True(rollout.Trouble!.Hopeless);
        Assert.Contains("ghostwire-0 cannot pull", rollout.Trouble!.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_failed_pull_may_be_the_network() =>
        Assert.False(RollingStatefulSet.Judge(Set(), [Pod("new", ready: false, waiting: "ErrImagePull")], []).Trouble!.Hopeless);

    [Fact]
    public void A_crash_is_hopeless_from_the_third_time_on()
    {
        Assert.False(RollingStatefulSet.Judge(Set(), [Pod("new", ready: false, restarts: 2)], []).Trouble!.Hopeless);
        Assert.True(RollingStatefulSet.Judge(Set(), [Pod("new", ready: false, restarts: 3)], []).Trouble!.Hopeless);
    }

    [Fact]
    public void The_trouble_of_an_old_pod_is_not_the_new_versions_fault() =>
        Assert.Null(RollingStatefulSet.Judge(Set(), [Pod("old", ready: false, waiting: "ImagePullBackOff")], []).Trouble);

    [Fact]
    public void Scaled_to_zero_it_is_done_when_no_pod_is_left()
    {
        var stopped = Set() with { Spec = new StatefulSetSpec { Replicas = 0 } };
        Assert.True(RollingStatefulSet.Judge(stopped, [], []).Done);
        Assert.False(RollingStatefulSet.Judge(stopped, [Pod("new", ready: false)], []).Done);
    }

    private static StatefulSet Set(long observed = 2) => new()
    {
        Metadata = new ObjectMeta { Name = "ghostwire", Generation = 2 },
        Spec = new StatefulSetSpec { Replicas = 1 },
        Status = new StatefulSetStatus { ObservedGeneration = observed, UpdateRevision = "new", CurrentRevision = "old" },
    };

    private static Pod Pod(string revision, bool ready, string? waiting = null, int restarts = 0) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "ghostwire-0",
            Labels = new Dictionary<string, string> { ["controller-revision-hash"] = revision }
        },
        Status = new PodStatus
        {
            Phase = "Running",
            Conditions = [new Condition { Type = "Ready", Status = ready ? "True" : "False" }],
            ContainerStatuses =
            [
                new ContainerStatus
                {
                    Name = "signal",
                    Image = "kasmweb/signal:2",
                    RestartCount = restarts,
                    State = new ContainerState { Waiting = waiting is null ? null : new WaitingState { Reason = waiting } },
                    LastState = restarts > 0 ? new ContainerState { Terminated = new TerminatedState { ExitCode = 1 } } : null,
                },
            ],
        },
    };
}
