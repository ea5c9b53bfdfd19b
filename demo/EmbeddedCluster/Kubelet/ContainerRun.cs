using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Logs;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Runs one container of a pod: starts it, probes it, restarts it as its policy says, and always tells truly what it is doing.
/// </summary>
internal sealed class ContainerRun(
    JsonObject container, string restartPolicy, bool isInit, ContainerContexts contexts, PodEvents events, ChildSpawner spawner,
    KubeletOptions options, Action changed)
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);
    private readonly ImageReference _image = ImageReference.Parse(container.Text("image") ?? "");
    private readonly TaskCompletionSource _startedOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? _process;
    private ContainerProbes? _probes;
    private bool _killedByProbe;
    private string _imageId = "";

    public string Name { get; } = container.Text("name") ?? "";

    public JsonObject Container => container;

    public bool IsInit => isInit;

    /// <summary>A native sidecar: an init container that goes on beside the others.</summary>
    public bool IsSidecar => isInit && container.Text("restartPolicy") == "Always";

    public ContainerState State { get; private set; } = new Waiting(isInit ? "PodInitializing" : "ContainerCreating");

    public Terminated? LastState { get; private set; }

    public int Restarts { get; private set; }

    public bool Started => _probes is { Started: true };

    public bool Ready => State is Running && _probes is { Started: true, Ready: true } && !_image.NeverReady;

    public bool HasEnded { get; private set; }

    public ContainerLog? Log { get; private set; }

    public ContainerLog? PreviousLog { get; private set; }

    public string ImageId => State is Waiting && Log is null ? "" : _imageId;

    /// <summary>Completes when the container has been started successfully for the first time (its startup probe included).</summary>
    public Task StartedOnce => _startedOnce.Task;

    /// <summary>Until the container has ended for good; true when it succeeded.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        try
        {
            await PullAsync(cancellation);
            while (true)
            {
                var exit = await RunOnceAsync(cancellation);
                if (_stopping.Task.IsCompleted || !Restartable(exit))
                    return exit == 0;
                await BackOffAsync(cancellation);
                if (_stopping.Task.IsCompleted)
                    return false;
            }
        }
        finally
        {
            HasEnded = true;
            changed();
        }
    }

    /// <summary>SIGTERM now, SIGKILL after the grace period; returns when the process is gone.</summary>
    public async Task StopAsync(Task graceOver)
    {
        _stopping.TrySetResult();
        if (_process is not { } process)
            return;
        process.Stop();
        await Task.WhenAny(process.Exited, graceOver);
        process.Kill();
        await process.Exited;
    }

    public void Kill()
    {
        _stopping.TrySetResult();
        _process?.Kill();
    }

    private bool Restartable(int exit) => IsSidecar || restartPolicy == "Always" && !isInit || restartPolicy != "Never" && exit != 0;

    private async Task PullAsync(CancellationToken cancellation)
    {
        if (!_image.IsMissing && options.ProgramOf(_image) is not null)
        {
            _imageId = _image.Id(options.Pushed);
            events.Record("Normal", "Pulled", $"Container image \"{_image.Text}\" already present on machine", Name);
            return;
        }
        var why = $"rpc error: code = NotFound desc = failed to pull and unpack image \"{_image.Text}\": "
            + $"failed to resolve reference \"{_image.Text}\": {_image.Text}: not found";
        while (true)
        {
            events.Record("Normal", "Pulling", $"Pulling image \"{_image.Text}\"", Name);
            Become(new Waiting("ErrImagePull", why));
            events.Record("Warning", "Failed", $"Failed to pull image \"{_image.Text}\": {why}", Name);
            events.Record("Warning", "Failed", "Error: ErrImagePull", Name);
            await PauseAsync(TimeSpan.FromSeconds(1), cancellation);
            Become(new Waiting("ImagePullBackOff", $"Back-off pulling image \"{_image.Text}\": ErrImagePull: {why}"));
            events.Record("Normal", "BackOff", $"Back-off pulling image \"{_image.Text}\"", Name);
            events.Record("Warning", "Failed", "Error: ImagePullBackOff", Name);
            await PauseAsync(options.CrashBackoff, cancellation);
            if (_stopping.Task.IsCompleted)
                throw new OperationCanceledException("the pod is being ended");
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken cancellation)
    {
        var context = await ResolveAsync(cancellation);
        var startedAt = options.Time.GetUtcNow();
        (PreviousLog, Log) = (Log, new ContainerLog());
        (_probes, _killedByProbe) = (null, false);
        try
        {
            _process = await ChildProcess.StartAsync(spawner, StartOf(context), context.User, Log, options.Time);
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            Log.Append(startedAt, error.Message);
            Log.End();
            events.Record("Warning", "Failed", $"Error: failed to start container \"{Name}\": {error.Message}", Name);
            Become(new Terminated(128, "StartError", startedAt, options.Time.GetUtcNow()));
            return 128;
        }
        events.Record("Normal", "Started", $"Started container {Name}", Name);
        Become(new Running(startedAt));
        using var probing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _probes = new ContainerProbes(
            container, context, _image.IsSlow ? options.SlowStart : TimeSpan.Zero, events, options.Time, OnProbed, KillUnhealthyAsync);
        var probes = _probes.RunAsync(probing.Token);
        if (_stopping.Task.IsCompleted)
            _process.Stop();
        await _process.Exited;
        var exit = _process.ExitCode;
        await probing.CancelAsync();
        await probes;
        _process.Dispose();
        _process = null;
        Become(new Terminated(exit, exit == 0 ? "Completed" : "Error", startedAt, options.Time.GetUtcNow(), LastWords(exit)));
        return _killedByProbe && exit == 0 ? 137 : exit;
    }

    /// <summary>
    /// What <c>FallbackToLogsOnError</c> asks for: the end of the log, of 80 lines and 2048 bytes at most (Kubernetes documentation,
    /// "Customizing the termination message"). A process has no file of its own to write its message to.
    /// </summary>
    private string? LastWords(int exit) =>
        exit != 0 && container.Text("terminationMessagePolicy") == "FallbackToLogsOnError" ? Log!.Tail(lines: 80, bytes: 2048) : null;

    private System.Diagnostics.ProcessStartInfo StartOf(ContainerContext context) => _image.Crashes
        ? context.Start("/bin/sh", "-c", "echo 'fatal: this image crashes on purpose' >&2; exit 1")
        : options.ProgramOf(_image)!(context);

    private async Task<ContainerContext> ResolveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await contexts.ResolveAsync(container, cancellation);
            }
            catch (MissingReferenceException missing)
            {
                Become(new Waiting("CreateContainerConfigError", missing.Message));
                events.Record("Warning", "Failed", $"Error: {missing.Message}", Name);
            }
            catch (Kubernetes.ApiException unreachable) when (unreachable.IsTransient)
            {
                Become(new Waiting("ContainerCreating"));
            }
            catch (Kubernetes.ApiException refusal)
            {
                Become(new Waiting("CreateContainerConfigError", refusal.Message));
            }
            await PauseAsync(TimeSpan.FromSeconds(1), cancellation);
            if (_stopping.Task.IsCompleted)
                throw new OperationCanceledException("the pod is being ended");
        }
    }

    private async Task BackOffAsync(CancellationToken cancellation)
    {
        LastState = State as Terminated;
        var pause = Restarts == 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(LongestBackoff.Ticks, options.CrashBackoff.Ticks << Math.Min(Restarts - 1, 10)));
        if (pause > TimeSpan.Zero)
        {
            Become(new Waiting("CrashLoopBackOff", $"back-off {pause.TotalSeconds:0.#}s restarting failed container={Name}"));
            events.Record("Warning", "BackOff", $"Back-off restarting failed container {Name}", Name);
            await PauseAsync(pause, cancellation);
        }
        Restarts++;
    }

    private void OnProbed()
    {
        if (Started)
            _startedOnce.TrySetResult();
        changed();
    }

    private async Task KillUnhealthyAsync(string probe)
    {
        events.Record("Normal", "Killing", $"Container {Name} failed {probe} probe, will be restarted", Name);
        _killedByProbe = true;
        if (_process is not { } process)
            return;
        process.Stop();
        await Task.WhenAny(process.Exited, Task.Delay(TimeSpan.FromSeconds(5), options.Time));
        process.Kill();
    }

    private void Become(ContainerState state)
    {
        State = state;
        changed();
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        await Task.WhenAny(Task.Delay(pause, options.Time, cancellation), _stopping.Task);
        cancellation.ThrowIfCancellationRequested();
    }
}
