using System.Net;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Registries;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Decides what a change would do, from reads and a dry run of its first write alone. The same wish on the same live state gives the
/// same digest; that is how a stale approval is recognised.
/// </summary>
internal sealed class Planner(
    IKubernetesClient client, StrategyCatalog strategies, SnapshotBoard snapshots, ChangeBoard changes, TagLookup tags, TimeProvider time)
{
    private readonly ImagePlans _images = new(tags);
    private readonly SidecarPlans _sidecars = new(client);

    /// <param name="action"><c>deploy</c>, <c>rollback</c>, <c>restore</c>, <c>attach</c> or <c>detach</c>.</param>
    /// <param name="parameters">As <see cref="ChangeSpec.Parameters"/> keeps them.</param>
    /// <param name="own">The number of the change that is planned again: it does not stand in its own way.</param>
    public Task<ChangePlan> PlanAsync(
        Target target, string action, IReadOnlyDictionary<string, string> parameters, CancellationToken ct, long? own = null) =>
        action switch
        {
            "deploy" when parameters.GetValueOrDefault("version") is { } version => DeployAsync(target, version, own, ct),
            "deploy" => throw new FaultException(new("BadPlan", "the change names no version", "Ask for it in a chat")),
            "rollback" => RollbackAsync(target, parameters, own, ct),
            "restore" when parameters.GetValueOrDefault("archive") is { } archive => RestoreAsync(target, archive, own, ct),
            "restore" => throw new FaultException(new("BadPlan", "the change names no snapshot", "Ask for it in a chat")),
            "attach" => AttachAsync(target, own, ct),
            "detach" => DetachAsync(target, own, ct),
            // Whatever a resource may say: what is not known is never taken for something that is.
            _ => throw new FaultException(new(
                "UnknownAction", $"'{action}' is nothing that can be done to {target.Name}",
                "There are deploy, rollback, restore, attach and detach")),
        };

    private async Task<ChangePlan> DeployAsync(Target target, string version, long? own, CancellationToken ct)
    {
        var strategy = strategies.For(target);
        var (plan, live) = await CommonAsync(target, strategy, own, ct);
        var image = ImageReference.For(version, RepositoryOf(target, plan.From.Image)).Value;
        var (to, gates) = await _images.WantedAsync(target, live, plan.Container, image, ct);
        if (live.Ready == live.Replicas && ImagePlans.NothingToDo(target, plan.From, to) is { } nothing) throw new FaultException(nothing);
        List<string> steps = target.Home is null ? [] : [StepNames.Snapshot];
        steps.AddRange([StepNames.SetImage, StepNames.Replace, StepNames.RollOut, StepNames.Settle]);
        plan = (plan with { To = to, Steps = steps, Gates = [.. plan.Gates, .. gates], WayBack = WayBack(plan.From) }).Sealed();
        return await RehearsedAsync(strategy, target, plan, () => Task.FromResult(Templates.Image(target, plan.Container, to.Image)), ct);
    }

    private async Task<ChangePlan> RollbackAsync(
        Target target, IReadOnlyDictionary<string, string> parameters, long? own, CancellationToken ct)
    {
        var strategy = strategies.For(target);
        var (plan, _) = await CommonAsync(target, strategy, own, ct);
        var revision = await RevisionAsync(target, strategy, parameters, ct);
        var withData = parameters.GetValueOrDefault("data") == "yes";
        var archive = withData ? ArchiveFor(target, revision, parameters) : null;
        List<string> steps = target.Home is null ? [] : [StepNames.Snapshot];
        steps.AddRange(withData
            ? [StepNames.Stop, StepNames.Restore, StepNames.Revert, StepNames.Start]
            : [StepNames.Revert, StepNames.Replace]);
        steps.AddRange([StepNames.RollOut, StepNames.Settle]);
        if (revision.Image != plan.From.Image && RevisionChoice.EndedBadly([.. changes.Of(target.Name)], revision.Image))
            plan = plan with { Gates = [.. plan.Gates, Gates.FailedLastTime(Phrases.Version(revision.Image))] };
        var imageId = changes.ImageIdOf(target.Name, revision.Image, own);
        var to = new PlannedVersion { Image = revision.Image, Revision = revision.Number, ImageId = imageId };
        plan = (plan with { To = to, Archive = archive, Steps = steps, WayBack = WayBack(plan.From) }).Sealed();
        return await RehearsedAsync(
            strategy, target, plan,
            () => strategy.BackToAsync(target, revision.Number, plan.Container, image: null, exactly: false, ct), ct);
    }

    /// <summary>
    /// Its data alone. One that is stopped stays so, and what it has now is kept beside: there is no sidecar to take a snapshot of it.
    /// </summary>
    private async Task<ChangePlan> RestoreAsync(Target target, string archive, long? own, CancellationToken ct)
    {
        if (target.Home is null) throw new FaultException(NoHome(target));
        var strategy = strategies.For(target);
        var (plan, live) = await CommonAsync(target, strategy, own, ct);
        var gates = live.Replicas > 0 ? plan.Gates : [.. plan.Gates.Where(g => g.Name != Gates.Sidecar), Gates.KeptAside];
        if (snapshots.Of(target.Name).FirstOrDefault(s => s.Status.Archive?.Name == archive)?.Status.FailedChecks is [var failed, ..])
            gates = [.. gates, Gates.Unreliable(failed)];
        string[] steps = live.Replicas > 0
            ? [StepNames.Snapshot, StepNames.Stop, StepNames.Restore, StepNames.Start, StepNames.RollOut, StepNames.Settle]
            : [StepNames.Restore];
        const string Back = "automatic, to the data of now";
        plan = (plan with { To = plan.From, Archive = archive, Steps = steps, Gates = gates, WayBack = Back }).Sealed();
        return await RehearsedAsync(strategy, target, plan, () => Task.FromResult(Templates.Replicas(plan.Replicas)), ct);
    }

    private async Task<ChangePlan> AttachAsync(Target target, long? own, CancellationToken ct)
    {
        var strategy = strategies.For(target);
        var (plan, live) = await CommonAsync(target, strategy, own, ct);
        var (wanted, present) = (await _sidecars.WantedAsync(target, live, ct), SidecarPlans.Present(target, live));
        if (present is not null && ImageReference.IsSame(wanted.Image, present.Image) && wanted == present with { Image = wanted.Image }
            && SidecarPlans.IsApplied(target, present, await strategy.ReadRawAsync(target, ct)))
            throw new FaultException(new("NothingToDo", $"{target.Name} has the sidecar {wanted.Image} beside it already"));
        // Until there is one, nobody could take a snapshot.
        List<string> steps = present is null ? [] : [StepNames.Snapshot];
        var gates = plan.Gates.Where(g => present is not null || g.Name is not (Gates.Backup or Gates.Sidecar))
            .Concat(await _sidecars.AttachGatesAsync(target, live, wanted, ct));
        plan = AboutSidecar(plan with { Gates = [.. gates] }, wanted, [.. steps, StepNames.Attach]);
        return await RehearsedAsync(strategy, target, plan, () => Task.FromResult(SidecarPatch.Attach(target, wanted)), ct);
    }

    private async Task<ChangePlan> DetachAsync(Target target, long? own, CancellationToken ct)
    {
        var strategy = strategies.For(target);
        var (plan, live) = await CommonAsync(target, strategy, own, ct);
        var present = SidecarPlans.Present(target, live)
            ?? throw new FaultException(new(
                "NothingToDo", $"{target.Name} has no sidecar beside it", $"/attach {target.Name} puts one there"));
        var raw = await strategy.ReadRawAsync(target, ct);
        present = present with { PullSecrets = SidecarParts.PullSecrets(raw) };
        plan = plan with { Gates = [.. plan.Gates, SidecarPlans.DetachGate(raw)] };
        plan = AboutSidecar(plan, present, [StepNames.Snapshot, StepNames.Detach]);
        return await RehearsedAsync(strategy, target, plan, () => Task.FromResult(SidecarPatch.Detach(present)), ct);
    }

    /// <summary>The version stays what it is, and the pods are started anew.</summary>
    private static ChangePlan AboutSidecar(ChangePlan plan, PlannedSidecar sidecar, IReadOnlyList<string> first) => (plan with
    {
        To = plan.From with { Revision = null },
        Sidecar = sidecar,
        Steps = [.. first, StepNames.Replace, StepNames.RollOut, StepNames.Settle],
        WayBack = WayBack(plan.From),
    }).Sealed();

    /// <summary>As the template spells it, where that is the repository declared: pull secrets and mirrors go on to match.</summary>
    private static string RepositoryOf(Target target, string live) =>
        target.Image is { } declared && !ImageReference.IsSameRepository(declared, live) ? declared : ImageReference.Repository(live);

    private static string WayBack(PlannedVersion from) => from.Revision is null ? "none known" : $"automatic, to revision {from.Revision}";

    private async Task<(ChangePlan Plan, WorkloadState Live)> CommonAsync(
        Target target, IStrategy strategy, long? own, CancellationToken ct)
    {
        var active = changes.ActiveOf(target.Name).Where(c => c.Spec.Number != own).ToList();
        var live = await strategy.ReadAsync(target, ct);
        var container = ContainerChoice.Of(target, live.Template);
        var facts = new GateFacts(target, live, active, snapshots.NewestOf(target.Name), await ClaimAsync(target, ct), time.GetUtcNow());
        var plan = new ChangePlan
        {
            Strategy = strategy.Name,
            Workload = live.Reference,
            Generation = live.Generation,
            WorkloadDigest = WorkloadDigest.Of(await strategy.ReadRawAsync(target, ct)),
            Container = container,
            Replicas = live.Replicas,
            From = new PlannedVersion { Image = live.Image(container) ?? "", ImageId = live.ImageId(container), Revision = live.Revision },
            Gates = Gates.Judge(facts),
            ExpectedDowntimeSeconds = changes.MedianDowntime(target.Name),
        };
        return (plan, live);
    }

    /// <summary>
    /// Asks the API server whether it would take the change, so that nobody agrees to what a policy, a webhook or an immutable field is
    /// against. A webhook that cannot be asked without consequences leaves it open.
    /// </summary>
    private static async Task<ChangePlan> RehearsedAsync(
        IStrategy strategy, Target target, ChangePlan plan, Func<Task<Patch>> patch, CancellationToken ct)
    {
        if (plan.Gates.Any(g => g.Verdict == "fail")) return plan;
        try
        {
            await strategy.PatchAsync(target, await patch() with { DryRun = true }, ct);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.BadRequest)
        {
            // What it is against shows when it is tried.
        }
        return plan;
    }

    private async Task<PersistentVolumeClaim?> ClaimAsync(Target target, CancellationToken ct) =>
        target.Home is { } home ? await client.FindAsync(Kinds.Claims, target.Namespace, home.Claim, ct) : null;

    private async Task<Revision> RevisionAsync(
        Target target, IStrategy strategy, IReadOnlyDictionary<string, string> parameters, CancellationToken ct)
    {
        var revisions = await strategy.RevisionsAsync(target, ct);
        if (parameters.TryGetValue("revision", out var number))
        {
            return RevisionChoice.Named(revisions, number)
                ?? throw new FaultException(new(
                    "NoSuchRevision", $"{target.Name} has no revision {number}", $"/history {target.Name} lists what there is"));
        }
        return RevisionChoice.Default(revisions, [.. changes.Of(target.Name)], parameters.GetValueOrDefault("data") == "yes")
            ?? throw new FaultException(new(
                "NothingToDo", $"{target.Name} has no earlier revision to go back to", $"/history {target.Name} lists what there is"));
    }

    private static Fault NoHome(Target target) =>
        new("NoHome", $"{target.Name} has no data in the care of a sidecar", "Roll back the image only");

    private string ArchiveFor(Target target, Revision revision, IReadOnlyDictionary<string, string> parameters)
    {
        if (target.Home is null) throw new FaultException(NoHome(target));
        if (parameters.TryGetValue("archive", out var named)) return named;
        if (changes.ArchiveOf(target.Name, revision.Image, snapshots) is { } archive) return archive;
        var others = changes.Archives(target.Name, snapshots);
        throw new FaultException(new(
            "NoSnapshot", $"{target.Name}: no snapshot has the data that {Phrases.Version(revision.Image)} knew last",
            (others.Count == 0 ? "" : $"There are of {string.Join(", ", others.Take(3).Select(o => Phrases.Version(o.Image)))}; ")
                + $"/snapshots {target.Name} lists what there is"));
    }
}
