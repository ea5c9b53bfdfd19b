using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Writes the status of one Snapshot resource. Progress goes out at most once a second and is dropped when the API server is away; what
/// must be known (start, verifying, the end) is written again and again until it is, or until the resource is gone.
/// </summary>
internal sealed class StatusReport(IKubernetesClient client, Snapshot seen, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(2);

    private readonly long _started = time.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly HashSet<string> _pruned = [];
    private RunProgress? _latest;
    private Snapshot _seen = seen;

    public SnapshotStatus Status => _seen.Status;

    /// <summary>Called on the thread of the run, often.</summary>
    public void Note(RunProgress progress)
    {
        lock (_gate)
            _latest = progress;
    }

    /// <summary>An archive is gone; every later write says so, as nobody else would ever know.</summary>
    public void NotePruned(string archive)
    {
        lock (_gate)
            _pruned.Add(archive);
    }

    /// <summary>
    /// False when somebody else changed the resource first, or it is gone: then it is not ours to run. Waits for an API server that is
    /// away, and for a right that is missing.
    /// </summary>
    public async Task<bool> TryStartAsync(string runner, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _seen = await client.WriteStatusAsync(_seen, Status.Start(runner, time.GetUtcNow()), cancellation);
                return true;
            }
            catch (ApiException refusal) when (refusal.IsTransient || refusal.IsForbidden)
            {
                await Task.Delay(RetryEvery, time, cancellation);
            }
            catch (ApiException refusal) when (refusal.IsConflict || refusal.IsNotFound)
            {
                return false;
            }
        }
    }

    /// <summary>Sends what <see cref="Note"/> left, until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        RunProgress? sent = null;
        while (!cancellation.IsCancellationRequested)
        {
            RunProgress? latest;
            lock (_gate)
                latest = _latest;
            if (latest is { } now && latest != sent && await TryWriteAsync(status => status.Report(Words(now)), cancellation))
                sent = latest;
            await Task.Delay(ProgressEvery, time, cancellation).Settled();
        }
    }

    /// <summary>Returns when the status is written or there is nothing left to write it on.</summary>
    public async Task WriteAsync(Func<SnapshotStatus, SnapshotStatus> verb, CancellationToken cancellation)
    {
        while (!await TryWriteAsync(verb, cancellation))
            await Task.Delay(RetryEvery, time, cancellation);
    }

    public void Dispose() => _writing.Dispose();

    /// <summary>One try; false when the API server did not take it.</summary>
    public async Task<bool> TryWriteAsync(Func<SnapshotStatus, SnapshotStatus> verb, CancellationToken cancellation)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            // Only this process writes the status of what it runs, so a label changed meanwhile must not stand in the way.
            _seen = await client.WriteStatusAsync(_seen, verb(WithPruned()), cancellation, exact: false);
            return true;
        }
        catch (ApiException refusal) when (refusal.IsNotFound)
        {
            return true;
        }
        catch (ApiException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    private SnapshotStatus WithPruned()
    {
        lock (_gate)
            return _pruned.Count == 0 ? Status : Status.Prune(_pruned);
    }

    private SnapshotProgress Words(RunProgress progress) => new()
    {
        Step = progress.Step switch
        {
            RunStep.Check => "checking the store",
            RunStep.Survey => "looking at the home",
            RunStep.Hold => "copying databases",
            RunStep.Databases => "packing databases",
            RunStep.Files => "reading files",
            RunStep.Walk => "walking the b-trees of the copies",
            RunStep.Verify => "reading the archive back",
            RunStep.Prune => "removing older snapshots",
            _ => "finishing",
        },
        BytesDone = progress.BytesDone,
        BytesTotal = progress.BytesTotal,
        BytesPerSecond = (long)(progress.BytesDone / Math.Max(0.001, time.GetElapsedTime(_started).TotalSeconds)),
        FilesDone = progress.Files,
    };
}
