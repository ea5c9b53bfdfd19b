using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Carries out one approved Change from wherever its status says it stands: forward step by step, and on failure the way back. Steps are
/// repeatable, so a run that was killed in the middle of one begins that one again.
/// </summary>
internal sealed class ChangeRun(
    IKubernetesClient client, Target target, IStrategy strategy, Planner planner, ChangeLedger ledger, TimeProvider time, ILogger log)
{
    private readonly TargetData _data = new(client, target, time);
    private RolloutFeed? _feed;
    private RolloutWait? _waiting;

    /// <summary>The generation after our last write; older states of the workload do not answer for it.</summary>
    private long _written;

    /// <summary>Whether a step was found begun: what an earlier run of it did is not known.</summary>
    private bool _resumed;

    /// <summary>The time of the step at work.</summary>
    private TimeAllowed? _allowed;

    private ChangePlan Plan => ledger.Change.Spec.Plan;

    public async Task RunAsync(CancellationToken ct)
    {
        if (ledger.Status.Phase == ChangePhase.Approved && !await BeginAsync(ct)) return;
        var absence = new AbsenceMeter(ledger);
        await using var feed = _feed =
            new RolloutFeed(strategy, target, Plan.Container, r => absence.TrackAsync(r, ct), time, log, ct);
        if (ledger.Status.RollingBackSince is null && await GoForwardAsync(ct)) return;
        if (!ledger.Status.IsFinal) await GoBackAsync(ct);
    }

    /// <summary>What was approved is what runs: a live state that moved since makes the plan void.</summary>
    private async Task<bool> BeginAsync(CancellationToken ct)
    {
        var spec = ledger.Change.Spec;
        try
        {
            var now = await PatientlyAsync(() => planner.PlanAsync(target, spec.Action, spec.Parameters, ct, spec.Number), ct);
            if (PlanComparison.Difference(spec.Plan, now) is { } moved)
            {
                await ledger.UpdateAsync(s => s.Supersede(new("PlanStale", moved, "Ask for it again"), ledger.Now), ct);
                return false;
            }
        }
        catch (FaultException e)
        {
            await ledger.UpdateAsync(s => s.Supersede(ResourceFault.From(e.Fault), ledger.Now), ct);
            return false;
        }
        await ledger.UpdateAsync(s => s.Start(ledger.Now), ct);
        return true;
    }

    private async Task<bool> GoForwardAsync(CancellationToken ct)
    {
        try
        {
            foreach (var step in Plan.Steps) await StepAsync(step, ct);
            await RecordResultAsync(Plan.To, "was approved", ct);
            await ledger.UpdateAsync(s => s.Succeed(ledger.Now), ct);
            return true;
        }
        catch (FaultException e) when (!Touched || WasNeverAllowed(e))
        {
            var fault = new ResourceFault(e.Fault.Kind, $"{e.Fault.Message}; nothing was changed", e.Fault.Hint);
            await ledger.UpdateAsync(s => s.Fail(fault, ledger.Now), ct);
            return true;
        }
        catch (FaultException e)
        {
            await TurnBackAsync(e.Fault, ct);
            return false;
        }
    }

    /// <summary>Going back takes the pod that failed, and its log with it: what that says is kept first.</summary>
    private async Task TurnBackAsync(Fault fault, CancellationToken ct)
    {
        var log = _waiting?.Failed?.Log is { } origin
            ? await FailureLog.ReadAsync(client, target.Namespace, origin, time, ct) : null;
        var why = ResourceFault.From(log is null ? fault : FailureLog.Kept(fault, ledger.Change));
        await ledger.UpdateAsync(s => s.TurnBack(why, ledger.Now, log), ct);
    }

    private async Task GoBackAsync(CancellationToken ct)
    {
        try
        {
            foreach (var step in WayBack.Steps(ledger.Change)) await StepAsync(step, ct);
            await RecordResultAsync(Plan.From, "ran before", ct);
            await ledger.UpdateAsync(s => s.RollBack(ledger.Now), ct);
        }
        catch (FaultException e)
        {
            var why = ledger.Status.Error?.Message ?? "it failed";
            var fault = new ResourceFault("WayBackFailed", $"{why}; and the way back failed: {e.Fault.Message}",
                e.Fault.Hint ?? $"Look at it by hand: kubectl -n {target.Namespace} describe {target.WorkloadKind} {target.WorkloadName}");
            await ledger.UpdateAsync(s => s.Fail(fault, ledger.Now), ct);
        }
    }

    private PlannedSidecar Sidecar => Plan.Sidecar ?? throw Unplanned("sidecar");

    /// <summary>A Change that somebody else wrote may lack what its action needs.</summary>
    private static FaultException Unplanned(string what) =>
        new(new("BadPlan", $"its plan names no {what}", "Ask for the change in a chat"));

    /// <summary>Whether anything but the snapshot has begun.</summary>
    private bool Touched => ledger.Status.Steps?.Any(s => s.Name != StepNames.Snapshot) == true;

    /// <summary>
    /// Whether the very first write was forbidden: then there is nothing to take back, and the way back would be forbidden too.
    /// </summary>
    private bool WasNeverAllowed(FaultException e) =>
        e.InnerException is ApiException { IsForbidden: true } && !_resumed && _written == 0
        && ledger.Status.Steps?.Count(s => s.Name != StepNames.Snapshot) == 1;

    private async Task StepAsync(string name, CancellationToken ct)
    {
        if (ledger.Status.Step(name) is { State: StepState.Succeeded }) return;
        _resumed |= ledger.Status.Step(name) is not null;
        var step = ledger.Status.Step(name) ?? new ChangeStep { Name = name, State = StepState.Running, StartedAt = ledger.Now };
        _allowed = new TimeAllowed(step.StartedAt, time);
        await ledger.UpdateAsync(s => s.With(step), ct);
        using var span = Spans.Part($"step {name}");
        try
        {
            await PatientlyAsync(async () => { await DoAsync(step, ct); return true; }, ct);
            await ledger.UpdateAsync(s => s.With((s.Step(name) ?? step) with { State = StepState.Succeeded, FinishedAt = ledger.Now }), ct);
        }
        catch (FaultException e)
        {
            Spans.End(span, e.Fault.Kind, failed: true);
            log.LogInformation("change {Number} step {Step}: {Fault}", ledger.Change.Spec.Number, name, e.Fault);
            await ledger.UpdateAsync(
                s => s.With(
                    (s.Step(name) ?? step) with { State = StepState.Failed, FinishedAt = ledger.Now, Message = e.Fault.Message }), ct);
            throw;
        }
    }

    private Task DoAsync(ChangeStep step, CancellationToken ct) => step.Name switch
    {
        StepNames.Snapshot => SnapshotAsync(step, ct),
        StepNames.SetImage => WriteAsync(Templates.Image(target, Plan.Container, Plan.To.Image), ct),
        StepNames.Revert => RevertAsync(Plan.To, exactly: false, ct),
        StepNames.Attach => WriteAsync(SidecarPatch.Attach(target, Sidecar), ct),
        StepNames.Detach => WriteAsync(SidecarPatch.Detach(Sidecar), ct),
        StepNames.Stop or "back-stop" => StopAsync(step, ct),
        StepNames.Restore => _data.RestoreAsync(ledger.Change, step.Name, Plan.Archive ?? throw Unplanned("archive"), ct),
        StepNames.Start or "back-start" => WriteAsync(Templates.Replicas(ledger.Status.StoppedReplicas ?? Plan.Replicas), ct),
        StepNames.RollOut or "back-roll-out" => RollOutAsync(step, ct),
        StepNames.Settle => Waiting(step, ct).SettleAsync(_written, _allowed!, target.SettleFor, ct),
        "back-restore" => RestoreBackAsync(step, ct),
        "back-revert" => RevertAsync(Plan.From, exactly: true, ct),
        StepNames.Replace or "back-replace" => strategy.ReplaceStuckPodsAsync(target, ct),
        _ => throw new FaultException(new(
            "UnknownStep", $"this version of the bot does not know the step '{step.Name}'", "Use the version that made the plan")),
    };

    private async Task SnapshotAsync(ChangeStep step, CancellationToken ct)
    {
        var name = TargetData.PreChangeName(ledger.Change);
        await ledger.UpdateAsync(s => s with { PreChangeSnapshot = name }, ct);
        await _data.SnapshotAsync(
            ledger.Change, RolloutWait.Left(_allowed!, target.Home!.SnapshotWithin),
            progress => ledger.UpdateAsync(s => Say(s, step.Name, progress), ct), ct);
    }

    private async Task WriteAsync(Patch patch, CancellationToken ct) => _written = await strategy.PatchAsync(target, patch, ct);

    /// <summary>How many pods there were is written down before the first goes: that many are started again.</summary>
    private async Task StopAsync(ChangeStep step, CancellationToken ct)
    {
        var live = await strategy.ReadAsync(target, ct);
        await ledger.UpdateAsync(s => s with { StoppedReplicas = s.StoppedReplicas ?? live.Replicas }, ct);
        await WriteAsync(Templates.Replicas(0), ct);
        await Waiting(step, ct).UntilAsync(
            r => r is { Done: true, ReadyPods: 0 }, _written, _allowed!, target.ReadyWithin, "does not stop", failFast: false, ct);
    }

    private Task RollOutAsync(ChangeStep step, CancellationToken ct) => Waiting(step, ct)
        .UntilAsync(r => r.Done, _written, _allowed!, target.ReadyWithin, "did not become ready", failFast: true, ct);

    private RolloutWait Waiting(ChangeStep step, CancellationToken ct) => _waiting =
        new(_feed!, target.Name, message => ledger.UpdateAsync(s => Say(s, step.Name, message), ct), time);

    private async Task RestoreBackAsync(ChangeStep step, CancellationToken ct)
    {
        var archive = await _data.ArchiveAsync(ledger.Status.PreChangeSnapshot ?? throw Unplanned("snapshot before it"), ct);
        await _data.RestoreAsync(ledger.Change, step.Name, archive, ct);
    }

    /// <summary>
    /// Brings a version back. Where every start pulls whatever the tag means by then, the digest that ran takes the tag's place; also
    /// where the target has every image pinned.
    /// </summary>
    private async Task RevertAsync(PlannedVersion version, bool exactly, CancellationToken ct)
    {
        var live = await strategy.ReadAsync(target, ct);
        var pinned = target.Pins(live.PullPolicy(Plan.Container)) ? ImageReference.Pinned(version.ImageId, version.Image) : null;
        var patch = version.Revision is { } revision
            ? await strategy.BackToAsync(target, revision, Plan.Container, pinned, exactly, ct)
            : Templates.Image(target, Plan.Container, pinned ?? version.Image);
        await WriteAsync(patch, ct);
    }

    private async Task RecordResultAsync(PlannedVersion planned, string standing, CancellationToken ct)
    {
        var live = await PatientlyAsync(() => strategy.ReadAsync(target, ct), ct);
        await ledger.UpdateAsync(s => RunningImage.Record(s, planned, standing, live, Plan.Container, ledger.Now), ct);
    }

    private static ChangeStatus Say(ChangeStatus status, string step, string message) =>
        status.Step(step) is { } current && current.Message != message ? status.With(current with { Message = message }) : status;

    /// <summary>Waits for an API server that is away; what it refuses is a fault of the step.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (ApiException e) when (e.IsTransient)
            {
                log.LogWarning("change {Number}: {Cause}; trying again", ledger.Change.Spec.Number, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
            catch (ApiException e)
            {
                throw new FaultException(e.ToFault(), e);
            }
        }
    }
}
