using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Stores;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Carries out the Snapshot resources of one target, whoever made them, one at a time, in the order they come, for as long as it runs. A
/// request is carried out at most once: one left running by a dead predecessor succeeds if its archive exists, else fails as Interrupted.
/// An API server that is away stops nothing that has begun.
/// </summary>
internal sealed class ResourceRunner(
    IKubernetesClient client, IArchiveStore store, SnapshotRequest template, TimeProvider time, Action<string> log)
{
    /// <summary>After this long without a request more may not come soon.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    private readonly Informer<Snapshot> _informer = new(
        client, ChatOpsKinds.Snapshots, client.Namespace, Selection.All, time, only: s => s.Spec.Target == template.Target);

    private readonly EventSink _events = new EventSink(client, "chatops-sidecar", time, log);

    private readonly Channel<Snapshot> _requests = Channel.CreateUnbounded<Snapshot>();

    /// <summary>This process, and no other of the same pod before or after it.</summary>
    public string Runner { get; } = $"{Environment.MachineName}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    public string Target => template.Target;

    /// <summary>What must be there before requests are heard; null once they are.</summary>
    public string? Awaited => _informer.Synced.IsCompleted ? null : "the API server";

    /// <summary>The instant that the newest snapshot shows that can be relied on.</summary>
    public DateTimeOffset? LastGood =>
        _informer.Items.Where(s => s.Status is { Phase: SnapshotPhase.Succeeded, FailedChecks: null }).Max(s => s.Status.CutTime);

    /// <summary>Returns only when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var watching = WatchAsync(cancellation);
        try
        {
            while (await AwaitRequestAsync(cancellation))
            {
                while (_requests.Reader.TryRead(out var request))
                    await HandleAsync(_informer.Find(request.Metadata.Namespace, request.Metadata.Name) ?? request, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await watching.Settled();
        }
    }

    /// <summary>Waits for the next request; between two of them may lie a day, in which the memory is better used by others.</summary>
    private async Task<bool> AwaitRequestAsync(CancellationToken cancellation)
    {
        var next = _requests.Reader.WaitToReadAsync(cancellation).AsTask();
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (await Task.WhenAny(next, Task.Delay(Calm, time, waiting.Token)) != next)
            IdleMemory.GiveBack();
        await waiting.CancelAsync();
        return await next;
    }

    /// <summary>A watch that ends by a fault of ours ends the run: a sidecar that no longer listens must not look alive.</summary>
    private async Task WatchAsync(CancellationToken cancellation)
    {
        try
        {
            await _informer.RunAsync(Take, cancellation);
        }
        catch (Exception failure)
        {
            _requests.Writer.TryComplete(failure);
            throw;
        }
    }

    private ValueTask Take(WatchEvent<Snapshot> change)
    {
        if (change.Type is WatchEventType.Added or WatchEventType.Modified && IsForUs(change.Object))
            _requests.Writer.TryWrite(change.Object);
        return ValueTask.CompletedTask;
    }

    private bool IsForUs(Snapshot snapshot) =>
        snapshot.Spec.Driver == "tar" && snapshot.Metadata.DeletionTimestamp is null && !snapshot.Status.IsFinal
        && (snapshot.Status.Phase == SnapshotPhase.Pending || snapshot.Status.Runner != Runner);

    private async Task HandleAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        if (!IsForUs(snapshot))
            return;
        using var report = new StatusReport(client, snapshot, time);
        if (snapshot.Status.Phase != SnapshotPhase.Pending)
        {
            using var settling = Traced(snapshot);
            await SettleAsync(snapshot, report, cancellation);
            return;
        }
        if (!await report.TryStartAsync(Runner, cancellation))
            return;
        using var span = Traced(snapshot);
        log($"{Named(snapshot)}: started");
        _events.Normal(About(snapshot), "SnapshotStarted", $"{Runner} took it up{Asked(snapshot)}");
        var began = time.GetTimestamp();
        var (end, notes) = await CarryOutAsync(snapshot, report, cancellation);
        SnapshotMetrics.Ended(Target, end, time.GetElapsedTime(began));
        Spans.End(span, end.Fault?.Kind ?? "succeeded", failed: !end.Succeeded);
        // The outcome must be told even as we are being stopped; a successor tells it otherwise.
        using var last = new CancellationTokenSource();
        using var stopping = cancellation.Register(() => last.CancelAfter(TimeSpan.FromSeconds(5)));
        await report.WriteAsync(status => End(status, snapshot, end, notes), last.Token).Settled();
        log($"{Named(snapshot)}: {(end.Fault is { } fault ? fault.ToString() : end.Value.Name)}");
        TellEnd(snapshot, end);
    }

    private async Task<(Outcome<Manifest> End, IReadOnlyList<string> Notes)> CarryOutAsync(
        Snapshot snapshot, StatusReport report, CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = report.FollowAsync(done.Token);
        Outcome<Manifest> outcome;
        try
        {
            // Reading and compressing block their thread, so they get one of their own.
            outcome = await Task.Run(() => TakeAsync(snapshot, report, cancellation), cancellation);
        }
        catch (OperationCanceledException)
        {
            outcome = Interrupted("the sidecar was stopped");
        }
        catch (Exception failure)
        {
            outcome = Faults.Of(failure);
        }
        var notes = await PruneAsync(snapshot, outcome, report, cancellation);
        await done.CancelAsync();
        await following;
        return (outcome, notes);
    }

    private Task<IReadOnlyList<string>> PruneAsync(
        Snapshot snapshot, Outcome<Manifest> outcome, StatusReport report, CancellationToken cancellation) => outcome.Succeeded
            ? Task.Run(
                () => new ResourcePruning(store, time).RunAsync(snapshot, outcome.Value, report, cancellation), CancellationToken.None)
            : Task.FromResult<IReadOnlyList<string>>([]);

    private SnapshotStatus End(SnapshotStatus status, Snapshot snapshot, Outcome<Manifest> outcome, IReadOnlyList<string> notes)
    {
        if (outcome.Fault is { } fault)
            return status.Fail(ResourceFault.From(fault), time.GetUtcNow());
        var result = ManifestResult.Of(outcome.Value, ChecksOf(snapshot, outcome.Value));
        return status.Succeed(result with { Warnings = [.. result.Warnings, .. notes] }, time.GetUtcNow());
    }

    /// <summary>There are only public keys here: what is inside an encrypted archive is not read back.</summary>
    private static IReadOnlyList<string> ChecksOf(Snapshot snapshot, Manifest manifest) =>
        snapshot.Spec.Verify != false ? VerifyRun.ChecksOf(manifest, withIdentity: false) : [];

    private async Task<Outcome<Manifest>> TakeAsync(Snapshot snapshot, StatusReport report, CancellationToken cancellation)
    {
        var request = template with { Request = NameOf(snapshot), RequestUid = snapshot.Metadata.Uid };
        var manifest = await new SnapshotRun(request, store, time, report.Note).RunAsync(cancellation);
        return snapshot.Spec.Verify != false ? await VerifyAsync(manifest, report, cancellation) : manifest;
    }

    /// <summary>An archive that is damaged is removed, as it must not be counted on; one that could not be reached is not.</summary>
    private async Task<Outcome<Manifest>> VerifyAsync(Manifest manifest, StatusReport report, CancellationToken cancellation)
    {
        if (report.Status.Phase == SnapshotPhase.Running)
            await report.TryWriteAsync(status => status.Verify(), cancellation);
        try
        {
            return await new VerifyRun(store, report.Note).RunAsync(manifest.Name, cancellation);
        }
        catch (FaultException failure)
        {
            if (failure.Fault.Kind == ArchiveReader.Damage)
                await store.RemoveAsync(manifest.Name, CancellationToken.None);
            return failure.Fault;
        }
    }

    /// <summary>Ends what a predecessor began: its archive is either whole, with a manifest, or does not exist.</summary>
    private async Task SettleAsync(Snapshot snapshot, StatusReport report, CancellationToken cancellation)
    {
        Outcome<Manifest> outcome = Interrupted($"the sidecar that ran it ({snapshot.Status.Runner}) is gone");
        await foreach (var manifest in store.ListAsync(cancellation))
        {
            if (manifest.Request != NameOf(snapshot) || manifest.RequestUid != snapshot.Metadata.Uid)
                continue;
            outcome = snapshot.Spec.Verify != false ? await VerifyAsync(manifest, report, cancellation) : manifest;
            break;
        }
        var notes = await PruneAsync(snapshot, outcome, report, cancellation);
        await report.WriteAsync(status => End(status, snapshot, outcome, notes), cancellation);
        log($"{Named(snapshot)}: left by a predecessor, {(outcome.Succeeded ? "but whole" : "not finished")}");
        TellEnd(snapshot, outcome);
    }

    /// <summary>On the resource itself, where <c>kubectl describe</c> shows it.</summary>
    private void TellEnd(Snapshot snapshot, Outcome<Manifest> end)
    {
        if (end.Fault is { } fault) _events.Warning(About(snapshot), "SnapshotFailed", fault.ToString());
        else _events.Normal(About(snapshot), "SnapshotSucceeded", $"Archive {end.Value.Name}");
    }

    /// <summary>The run as a part of the request that asked for it, in whichever chat.</summary>
    private Activity Traced(Snapshot snapshot) =>
        Spans.Begin("snapshot", ActivityKind.Consumer, Request(snapshot), TraceAnnotation.TraceOf(snapshot))
            .SetTag("chatops.target", Target).SetTag("chatops.snapshot", NameOf(snapshot));

    private static ObjectReference About(Snapshot snapshot) => ObjectReference.To(ChatOpsKinds.Snapshots, snapshot);

    /// <summary>As the log has it: with its uid, and with the request in a chat that it came from, which the bot's log names too.</summary>
    private static string Named(Snapshot snapshot) =>
        $"{snapshot.Metadata.Name} ({snapshot.Metadata.Uid}{Asked(snapshot)})";

    private static string Asked(Snapshot snapshot) => Request(snapshot) is { } asked ? $", asked as {asked}" : "";

    /// <summary>Anybody may have written it, so it is cut to what an id can be.</summary>
    private static string? Request(Snapshot snapshot) => snapshot.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation) is { } asked
        ? string.Concat(asked.Where(c => !char.IsControl(c)).Take(100))
        : null;

    private static string NameOf(Snapshot snapshot) => $"{snapshot.Metadata.Namespace}/{snapshot.Metadata.Name}";

    private static Fault Interrupted(string cause) => new(
        "Interrupted", $"the snapshot was interrupted: {cause}; nothing of it was kept", "Ask for it again: /snapshot");
}
