using System.Globalization;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>What the gates look at, gathered before any is judged.</summary>
internal sealed record GateFacts(
    Target Target, WorkloadState Live, IReadOnlyList<Change> Active,
    Snapshot? NewestSnapshot, PersistentVolumeClaim? Claim, DateTimeOffset Now);

/// <summary>Judges whether now is a good time; pure. A failed gate refuses the change, a warning is shown to the approvers.</summary>
internal static class Gates
{
    /// <summary>The gates that look for a snapshot, and for who would take the next.</summary>
    public const string Backup = "backup", Sidecar = "sidecar";

    private static readonly TimeSpan OldSnapshot = TimeSpan.FromHours(24);

    public static IReadOnlyList<GateVerdict> Judge(GateFacts facts)
    {
        List<GateVerdict> verdicts = [Alone(facts), Healthy(facts), Rolls(facts)];
        if (WorkloadOwner.Of(facts.Live.Metadata) is { } owner) verdicts.Add(owner);
        if (facts.Target.Home is not null) verdicts.AddRange([SingleWriter(facts), Volume(facts), HasBackup(facts), HasSidecar(facts)]);
        return verdicts;
    }

    private static GateVerdict Alone(GateFacts facts) => facts.Active.Count == 0
        ? Pass("alone", "no other change is under way")
        : Fail("alone", $"change {facts.Active[0].Spec.Number} is under way; wait until it is over");

    private static GateVerdict Healthy(GateFacts facts) => facts.Live switch
    {
        { Replicas: 0 } => Warn("healthy", "it is stopped, and stays so"),
        { Ready: var ready, Replicas: var wanted } when ready < wanted =>
            Warn("healthy", string.Create(CultureInfo.InvariantCulture, $"only {ready} of {wanted} ready before the change")),
        { Ready: var ready, Replicas: var wanted } =>
            Pass("healthy", string.Create(CultureInfo.InvariantCulture, $"{ready} of {wanted} ready")),
    };

    /// <summary>Of a version that is gone back to on purpose, though the last change to it failed.</summary>
    public static GateVerdict FailedLastTime(string version) => Warn("version", $"{version} failed when it came last");

    /// <summary>Of a home that is replaced while nothing is there to take a snapshot of it.</summary>
    public static GateVerdict KeptAside { get; } =
        Warn("snapshot", "it is stopped: no snapshot of now is taken; what is there is kept beside, as .before-restore-…");

    /// <summary>Of a snapshot that is gone back to although it must not be relied on.</summary>
    public static GateVerdict Unreliable(string failed) => Warn("checks", $"that snapshot is not to be relied on: {failed}");

    private static GateVerdict Rolls(GateFacts facts) => facts.Live switch
    {
        { Paused: true } => Fail("rollout", "the workload is paused; resume it first"),
        { Partition: > 0 and var partition } => Fail("rollout", string.Create(
            CultureInfo.InvariantCulture, $"its partition is {partition}: pods below that keep the old version; set it to 0 first")),
        _ => Pass("rollout", "not paused"),
    };

    /// <summary>Two copies of a linked application write one database and fork its session.</summary>
    private static GateVerdict SingleWriter(GateFacts facts) => facts.Live.Replicas <= 1
        ? Pass("single writer", "one pod")
        : Fail("single writer", $"{facts.Live.Replicas} replicas share one home; scale to 1 first");

    private static GateVerdict Volume(GateFacts facts) => facts.Claim?.Status.Phase switch
    {
        "Bound" => Pass("volume", $"{facts.Claim.Metadata.Name} is bound"),
        null => Fail("volume", $"claim {facts.Target.Home!.Claim} does not exist; correct home.claim in chatops.yaml"),
        var phase => Fail("volume", $"claim {facts.Claim!.Metadata.Name} is {phase}, not Bound"),
    };

    private static GateVerdict HasBackup(GateFacts facts)
    {
        if (facts.NewestSnapshot?.Status.CutTime is not { } cut) return Warn(Backup, "no snapshot yet; one is taken before the first step");
        var age = facts.Now - cut;
        return age > OldSnapshot
            ? Warn(Backup, $"the newest snapshot is {Phrases.Duration(age)} old; another is taken before the first step")
            : Pass(Backup, $"{Phrases.Duration(age)} old");
    }

    /// <summary>One that stands elsewhere and takes them is nothing that the workload tells of.</summary>
    private static GateVerdict HasSidecar(GateFacts facts) => SidecarState.WhyNone(facts.Target, facts.Live) switch
    {
        null => Pass(Sidecar, "takes a snapshot first"),
        { Kind: SidecarState.Stopped } stopped => Fail(Sidecar, $"{stopped.Message}: no snapshot can be taken first. {stopped.Hint}"),
        var none => Warn(Sidecar, $"{none.Message}: without a snapshot first nothing is changed. {none.Hint}"),
    };

    private static GateVerdict Pass(string name, string message) => new() { Name = name, Verdict = "pass", Message = message };

    private static GateVerdict Warn(string name, string message) => new() { Name = name, Verdict = "warn", Message = message };

    private static GateVerdict Fail(string name, string message) => new() { Name = name, Verdict = "fail", Message = message };
}
