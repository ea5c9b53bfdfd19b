using System.Text.Json;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Verdicts over a Deployment, from states as the cluster reports them; pods that only bear its labels are not its own.</summary>
public sealed class DeploymentRolloutTests
{
    private static readonly ReplicaSet Old = Set("shop-old", 1), New = Set("shop-new", 2);

    [Fact]
    public void Pods_of_its_newest_replicaset_are_the_new_ones_whatever_image_they_run()
    {
        var stuck = Pod("shop-new-1", New) with { Status = Waiting("CreateContainerConfigError") };
        var rollout = Judge([Old, New], [Pod("shop-old-1", Old, ready: true), stuck]);
        Assert.True(rollout.Trouble!.Hopeless);
        Assert.Equal(1, rollout.ReadyPods);
        Assert.Contains("shop-new-1 cannot start app", rollout.Trouble.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_trouble_of_an_old_pod_is_not_the_new_versions_fault()
    {
        var old = Pod("shop-old-1", Old) with { Status = Waiting("ImagePullBackOff") };
        Assert.Null(Judge([Old, New], [old, Pod("shop-new-1", New)]).Trouble);
    }

    /// <summary>Who owns a pod with the labels of the Deployment, and whether it counts.</summary>
    public static TheoryData<string, string, bool> Owners => new()
    {
        { "ReplicaSet", "new", true },
        { "ReplicaSet", "old", true },
        // Of a ReplicaSet that the news of is still on its way; of one that is another Deployment's.
        { "ReplicaSet", "shop-later", true },
        { "ReplicaSet", "foreign", false },
        { "ReplicaSet", "shopping-1", false },
        { "Job", "shop-migrate", false },
        { "", "", false },
    };

    [Theory]
    [MemberData(nameof(Owners))]
    public void A_pod_counts_by_its_owner(string kind, string owner, bool counts)
    {
        var foreign = Set("other-1", 2, "another deployment");
        var (name, uid) = owner switch
        {
            "new" => (New.Metadata.Name, New.Metadata.Uid!),
            "old" => (Old.Metadata.Name, Old.Metadata.Uid!),
            "foreign" => (foreign.Metadata.Name, foreign.Metadata.Uid!),
            _ => (owner, $"uid of {owner}"),
        };
        var pod = Pod("some-pod", null, ready: true);
        if (kind.Length > 0)
        {
            var reference = new OwnerReference { Kind = kind, Name = name, Uid = uid, Controller = true };
            pod = pod with { Metadata = pod.Metadata with { OwnerReferences = [reference] } };
        }
        Assert.Equal(counts ? 1 : 0, Judge([Old, New, foreign], [pod]).ReadyPods);
        var failing = pod with { Status = Waiting("ImagePullBackOff") };
        Assert.Equal(owner == "new", Judge([Old, New, foreign], [failing]).Trouble is not null);
    }

    [Fact]
    public void Pods_that_cannot_be_made_are_told_from_the_condition()
    {
        var rollout = Judge([Old, New], [], new Condition
        {
            Type = "ReplicaFailure",
            Status = "True",
            Reason = "FailedCreate",
            Message = "pods \"shop-new-\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2",
        });
        Assert.Equal(("FailedCreate", false), (rollout.Trouble!.Fault.Kind, rollout.Trouble.Hopeless));
        Assert.Contains(
            "no pod of shop can be made: pods \"shop-new-\" is forbidden: exceeded quota: small", rollout.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Its_own_deadline_is_hopeless_and_the_cause_is_told_where_there_is_one()
    {
        var late = new Condition { Type = "Progressing", Status = "False", Reason = "ProgressDeadlineExceeded" };
        var bare = Judge([Old, New], [Pod("shop-new-1", New)], late);
        Assert.Equal(("ProgressDeadlineExceeded", true), (bare.Trouble!.Fault.Kind, bare.Trouble.Hopeless));
        var pulled = Judge([Old, New], [Pod("shop-new-1", New) with { Status = Waiting("ErrImagePull") }], late);
        Assert.Equal(("ErrImagePull", true), (pulled.Trouble!.Fault.Kind, pulled.Trouble.Hopeless));
    }

    [Fact]
    public void What_the_controller_has_not_seen_is_not_judged()
    {
        var status = new DeploymentStatus { ObservedGeneration = 1, UpdatedReplicas = 1, Replicas = 1, AvailableReplicas = 1 };
        var rollout = RollingDeployment.Judge(
            Shop() with { Status = status },
            [Old, New], [Pod("shop-new-1", New) with { Status = Waiting("ImagePullBackOff") }], []);
        Assert.Equal((false, null), (rollout.Done, rollout.Trouble));
    }

    [Fact]
    public void It_is_done_when_no_old_pod_is_left_and_the_new_ones_are_available()
    {
        var deployment = Shop();
        Assert.False(RollingDeployment.Judge(deployment, [], [], []).Done);
        var status = new DeploymentStatus { ObservedGeneration = 2, UpdatedReplicas = 1, Replicas = 2, AvailableReplicas = 2 };
        Assert.False(RollingDeployment.Judge(deployment with { Status = status }, [], [], []).Done);
        status = status with { Replicas = 1, AvailableReplicas = 1 };
        deployment = deployment with { Status = status };
        Assert.False(RollingDeployment.Judge(deployment, [Old, New], [Pod("shop-old-1", Old, ready: true)], []).Done);
        Assert.False(RollingDeployment.Judge(deployment, [Old, New], [Pod("shop-new-1", New)], []).Done);
        Assert.True(RollingDeployment.Judge(deployment, [Old, New], [Pod("shop-new-1", New, ready: true)], []).Done);
    }

    private static Rollout Judge(IReadOnlyList<ReplicaSet> sets, IReadOnlyList<Pod> pods, params Condition[] conditions) =>
        RollingDeployment.Judge(
            Shop() with { Status = new DeploymentStatus { ObservedGeneration = 2, Conditions = conditions } }, sets, pods, []);

    private static Deployment Shop() => new()
    {
        Metadata = new ObjectMeta { Name = "shop", Uid = "uid of shop", Generation = 2, Annotations = Revision(2) },
        Spec = new DeploymentSpec { Replicas = 1 },
    };

    private static Dictionary<string, string> Revision(int number) => new() { ["deployment.kubernetes.io/revision"] = $"{number}" };

    private static ReplicaSet Set(string name, int revision, string owner = "shop") => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Uid = $"uid of {name}",
            Annotations = Revision(revision),
            OwnerReferences = [new OwnerReference { Kind = "Deployment", Name = owner, Uid = $"uid of {owner}", Controller = true }],
        },
        Spec = new ReplicaSetSpec { Template = JsonSerializer.SerializeToElement(new { spec = new { } }) },
    };

    private static Pod Pod(string name, ReplicaSet? owner, bool ready = false) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            OwnerReferences = owner is null ? null
                : [new OwnerReference { Kind = "ReplicaSet", Name = owner.Metadata.Name, Uid = owner.Metadata.Uid!, Controller = true }],
        },
        Status = new PodStatus { Phase = "Running", Conditions = [new Condition { Type = "Ready", Status = ready ? "True" : "False" }] },
    };

    private static PodStatus Waiting(string reason) => new()
    {
        Phase = "Pending",
        ContainerStatuses = [new ContainerStatus { Name = "app", Image = "app:2", State = new() { Waiting = new() { Reason = reason } } }],
    };
}
