using System.Collections.Concurrent;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Makes a call again and again until the API server has taken or refused it, without ever holding up who asked for it.</summary>
internal sealed class PersistentCalls(TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);
    private readonly ConcurrentDictionary<string, Task> _underWay = [];

    /// <summary>Starts the call, unless one with this key is still under way.</summary>
    public void Make(string key, Func<CancellationToken, Task> call)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_underWay.TryAdd(key, turn.Task))
            _ = RunAsync(key, call, turn);
    }

    /// <summary>Completes when none is left; to be awaited once the calls are cancelled.</summary>
    public Task DrainAsync() => Task.WhenAll(_underWay.Values);

    private async Task RunAsync(string key, Func<CancellationToken, Task> call, TaskCompletionSource turn)
    {
        try
        {
            while (!await TryAsync(call))
                await Task.Delay(Pause, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The kubelet is being disposed.
        }
        finally
        {
            _underWay.TryRemove(key, out _);
            turn.SetResult();
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> call)
    {
        try
        {
            await call(stopping);
            return true;
        }
        catch (ApiException refusal)
        {
            return !refusal.IsTransient;
        }
    }
}
