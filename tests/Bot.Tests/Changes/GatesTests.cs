using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>Every check before a change: a good moment passes all, and each thing that is wrong shows in its own.</summary>
public sealed class GatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static readonly WorkloadState Live = new()
    {
        Reference = "statefulsets.apps/home",
        Metadata = new ObjectMeta { Name = "home", Generation = 1 },
        Replicas = 1,
        Ready = 1,
        Template = new PodTemplate { Spec = new PodSpec { Containers = [new Container { Name = "backups", Image = "sidecar:2" }] } },
        Revision = 1,
        Pods = [],
    };

    private static readonly GateFacts Good = new(
        Settings("home"), Live, [], Taken(TimeSpan.FromHours(1)), Claim("Bound"), Now);

    /// <summary>What is wrong; the gate that says so, its verdict, and words of it. Null is nothing.</summary>
    public static TheoryData<string, string?, string, string> Moments => new()
    {
        { "nothing", null, "", "" },
        { "another change", "alone", "fail", "change 7 is under way" },
        { "a pod is not ready", "healthy", "warn", "only 0 of 1 ready" },
        { "paused", "rollout", "fail", "paused; resume it" },
        { "partition", "rollout", "fail", "its partition is 1: pods below that keep the old version" },
        { "two replicas", "single writer", "fail", "2 replicas share one home" },
        { "no claim", "volume", "fail", "claim data does not exist" },
        { "claim pending", "volume", "fail", "claim data is Pending, not Bound" },
        { "no snapshot", "backup", "warn", "no snapshot yet" },
        { "old snapshot", "backup", "warn", "25 h old" },
        { "no sidecar", "sidecar", "warn", "no sidecar stands beside home: without a snapshot first nothing is changed. /attach home" },
        { "helm", "owner", "warn", "Helm keeps it" },
        { "operator", "owner", "fail", "the Cluster db made it" },
    };

    [Theory]
    [MemberData(nameof(Moments))]
    public void What_is_wrong_shows_in_its_own_gate(string wrong, string? gate, string verdict, string words)
    {
        var verdicts = Gates.Judge(With(wrong));
        Assert.All(verdicts.Where(v => v.Name != gate), v => Assert.Equal("pass", v.Verdict));
        if (gate is null) return;
        var said = Assert.Single(verdicts, v => v.Name == gate);
        Assert.Equal(verdict, said.Verdict);
        Assert.Contains(words, said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_without_a_home_is_asked_for_nothing_that_only_a_home_needs()
    {
        var verdicts = Gates.Judge(Good with { Target = Settings("shop"), Live = Live with { Replicas = 3, Ready = 3 }, Claim = null });
        Assert.Equal(["alone", "healthy", "rollout"], verdicts.Select(v => v.Name));
        Assert.All(verdicts, v => Assert.Equal("pass", v.Verdict));
    }

    [Fact]
    public void One_that_is_stopped_is_called_so_and_changed_only_where_nothing_needs_it_running()
    {
        var stopped = Live with { Replicas = 0, Ready = 0 };
        var withHome = Gates.Judge(Good with { Live = stopped });
        var refused = Assert.Single(withHome, v => v.Verdict == "fail");
        Assert.Equal("sidecar", refused.Name);
        Assert.Contains("home is stopped, and its sidecar with it", refused.Message, StringComparison.Ordinal);
        var without = Gates.Judge(Good with { Target = Settings("shop"), Live = stopped });
        Assert.Equal("it is stopped, and stays so", Assert.Single(without, v => v.Verdict != "pass").Message);
    }

    private static GateFacts With(string wrong) => wrong switch
    {
        "nothing" => Good,
        "another change" => Good with { Active = [new Change { Spec = new ChangeSpec { Number = 7 } }] },
        "a pod is not ready" => Good with { Live = Live with { Ready = 0 } },
        "paused" => Good with { Live = Live with { Paused = true } },
        "partition" => Good with { Live = Live with { Partition = 1 } },
        "two replicas" => Good with { Live = Live with { Replicas = 2, Ready = 2 } },
        "no claim" => Good with { Claim = null },
        "claim pending" => Good with { Claim = Claim("Pending") },
        "no snapshot" => Good with { NewestSnapshot = null },
        "old snapshot" => Good with { NewestSnapshot = Taken(TimeSpan.FromHours(25)) },
        "no sidecar" => Good with { Live = Live with { Template = new PodTemplate() } },
        "helm" => Good with
        {
            Live = Live with
            {
                Metadata = Live.Metadata with
                {
                    Labels = new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "Helm" },
                    Annotations = new Dictionary<string, string> { ["meta.helm.sh/release-name"] = "home" },
                },
            },
        },
        _ => Good with
        {
            Live = Live with
            {
                Metadata = Live.Metadata with { OwnerReferences = [new() { Kind = "Cluster", Name = "db", Controller = true }] },
            },
        },
    };

    private static Target Settings(string name) => TestSettings.Read("""
        shop: { workload: deployment/shop }
        home: { workload: statefulset/home, home: { path: /data, claim: data, sidecarImage: sidecar:1 } }
        """).Targets[name];

    private static PersistentVolumeClaim Claim(string phase) =>
        new() { Metadata = new ObjectMeta { Name = "data" }, Status = new ClaimStatus { Phase = phase } };

    private static Snapshot Taken(TimeSpan ago) => new() { Status = new SnapshotStatus { CutTime = Now - ago } };
}
