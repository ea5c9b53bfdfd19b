using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>What makes an approval void, field by field of a plan, and with which words.</summary>
public sealed class PlanComparisonTests
{
    private static readonly string A = $"sha256:{new string('a', 64)}", B = $"sha256:{new string('b', 64)}";

    private static readonly ChangePlan Approved = new()
    {
        Strategy = "rolling",
        Workload = "deployments.apps/shop",
        Generation = 3,
        WorkloadDigest = "sha256:1",
        Container = "app",
        Replicas = 2,
        From = new PlannedVersion { Image = "x/y:1", ImageId = $"x/y@{A}", Revision = 4 },
        To = new PlannedVersion { Image = "x/y:2", ImageId = $"x/y@{A}", Revision = 3, Manifests = [A] },
        Steps = ["set-image", "roll-out"],
        Gates = [new GateVerdict { Name = "healthy", Message = "2 of 2 ready" }],
        Archive = "a-1",
        Sidecar = new PlannedSidecar { Image = "s:1", PullSecrets = ["pull"] },
        WayBack = "automatic, to revision 4",
        ExpectedDowntimeSeconds = 3,
    };

    /// <summary>By the field that moved: the plan as it would be made now, and why the approval is void; null where it stands.</summary>
    private static readonly IReadOnlyList<(string Field, Func<ChangePlan, ChangePlan> Moved, string? Void)> Table =
    [
        ("Strategy", p => p with { Strategy = "canary" }, "the strategy is canary now, the plan was made for rolling"),
        ("Workload", p => p with { Workload = "deployments.apps/other" },
            "the target is deployments.apps/other now, the plan was made for deployments.apps/shop"),
        ("Generation", p => p with { Generation = 9 }, null),
        ("WorkloadDigest", p => p with { WorkloadDigest = "sha256:2" }, "somebody changed the workload since the plan was made"),
        ("Container", p => p with { Container = "web" }, "the container is web now, the plan was made for app"),
        ("Replicas", p => p with { Replicas = 5 }, null),
        ("From.Image", p => p with { From = p.From with { Image = "x/y:9" } }, "the live image is x/y:9 now, the plan was made for x/y:1"),
        ("From.Image", p => p with { From = p.From with { Image = "docker.io/x/y:1" } }, null),
        ("From.ImageId", p => p with { From = p.From with { ImageId = $"x/y@{B}" } },
            "the pods run another digest than the plan was made for"),
        ("From.ImageId", p => p with { From = p.From with { ImageId = $"docker-pullable://x/y@{A}" } }, null),
        ("From.ImageId", p => p with { From = p.From with { ImageId = B } }, null),
        ("From.ImageId", p => p with { From = p.From with { ImageId = null } }, null),
        ("From.Revision", p => p with { From = p.From with { Revision = 5 } }, "the live revision is 5 now, the plan was made for 4"),
        ("From.Manifests", p => p with { From = p.From with { Manifests = [B] } }, "the live state is not the one the plan was made for"),
        ("To.Image", p => p with { To = p.To with { Image = "x/y:3" } }, "it would lead to x/y:3 now, the plan was made for x/y:2"),
        ("To.Image", p => p with { To = p.To with { Image = $"x/y:2@{A}" } }, null),
        ("To.Image", p => p with { To = p.To with { Image = "index.docker.io/x/y:2" } }, null),
        ("To.ImageId", p => p with { To = p.To with { ImageId = $"x/y@{B}" } },
            "the tag 2 means another image now (sha256:bbbbbbbbbbbb…), the plan was made for sha256:aaaaaaaaaaaa…"),
        ("To.ImageId", p => p with { To = p.To with { ImageId = null } }, null),
        ("To.Revision", p => p with { To = p.To with { Revision = 2 } }, "it would lead to revision 2 now, the plan was made for 3"),
        ("To.Manifests", p => p with { To = p.To with { Manifests = null } }, null),
        ("Steps", p => p with { Steps = ["snapshot", "set-image", "roll-out"] },
            "the steps would be others now: snapshot, set-image, roll-out"),
        ("Gates", p => p with { Gates = [new GateVerdict { Name = "healthy", Verdict = "warn", Message = "1 of 2 ready" }] }, null),
        ("Gates", p => p with { Gates = [new GateVerdict { Name = "alone", Verdict = "fail", Message = "change 8 is under way" }] },
            "alone: change 8 is under way"),
        ("Archive", p => p with { Archive = "a-2" }, "the snapshot to go back to is another one now"),
        ("Sidecar", p => p with { Sidecar = p.Sidecar! with { Image = "s:2" } }, "the sidecar would be another one now"),
        ("Sidecar", p => p with { Sidecar = p.Sidecar! with { PullSecrets = ["push"] } }, "the sidecar would be another one now"),
        ("Sidecar", p => p with { Sidecar = p.Sidecar! with { PullSecrets = ["pull"] } }, null),
        ("WayBack", p => p with { WayBack = "none known" }, "the way back is another one now: none known"),
        ("ExpectedDowntimeSeconds", p => p with { ExpectedDowntimeSeconds = 40 }, null),
        ("Digest", p => p with { Digest = "sha256:0" }, null),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Table.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_approval_is_void_only_when_something_moved_that_the_plan_depends_on(int row)
    {
        var (field, moved, reason) = Table[row];
        Assert.Equal((field, reason), (field, PlanComparison.Difference(Approved.Sealed(), moved(Approved.Sealed()))));
    }

    /// <summary>A field that comes into plans later comes into this table with it.</summary>
    [Fact]
    public void Every_field_of_a_plan_is_in_the_table()
    {
        static IEnumerable<string> Written(Type type) => type.GetProperties().Where(p => p.CanWrite).Select(p => p.Name);
        var versions = Written(typeof(PlannedVersion)).ToList();
        var fields = Written(typeof(ChangePlan)).SelectMany(f => f is "From" or "To" ? versions.Select(v => $"{f}.{v}") : [f]);
        Assert.Equal(fields.Order(), Table.Select(t => t.Field).Distinct().Order());
    }

    [Fact]
    public void A_plan_that_stops_the_pods_depends_on_how_many_there_are()
    {
        var stops = (Approved with { Steps = ["stop", "restore", "start"] }).Sealed();
        Assert.Equal(
            "it has 5 replicas now, the plan was made for 2", PlanComparison.Difference(stops, (stops with { Replicas = 5 }).Sealed()));
    }

    [Fact]
    public void What_was_not_known_when_the_plan_was_made_is_no_news()
    {
        var blind = (Approved with { From = Approved.From with { ImageId = null }, To = Approved.To with { ImageId = null } }).Sealed();
        Assert.Null(PlanComparison.Difference(blind, Approved.Sealed()));
    }

    /// <summary>Helm installs definitions and never upgrades them: what an older one does not know is not there when it is read.</summary>
    [Fact]
    public void Where_the_cluster_drops_the_digest_of_the_workload_its_generation_counts()
    {
        var sealedPlan = Approved.Sealed();
        var kept = sealedPlan with { WorkloadDigest = null };
        Assert.Null(PlanComparison.Difference(kept, sealedPlan));
        Assert.Equal(
            "somebody changed the workload since the plan was made", PlanComparison.Difference(kept, sealedPlan with { Generation = 9 }));
    }

    /// <summary>An approval counts for the plan whose digest people saw.</summary>
    [Fact]
    public void A_plan_that_is_not_what_its_digest_says_is_void() => Assert.Equal(
        "the live state is not the one the plan was made for",
        PlanComparison.Difference(Approved.Sealed() with { Digest = "sha256:0" }, Approved.Sealed()));
}
