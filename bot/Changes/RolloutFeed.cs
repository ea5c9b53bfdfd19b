using System.Runtime.CompilerServices;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Follows a workload for as long as a change works on it. Every state reaches the observer before any step sees it, so that no moment
/// without a ready pod escapes the measurement, however short.
/// </summary>
internal sealed class RolloutFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly Task _following;
    private Rollout? _latest;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RolloutFeed(IStrategy strategy, Target target, string container, Func<Rollout, Task> observe, TimeProvider time, CancellationToken ct)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _following = Task.Run(() => FollowAsync(strategy, target, container, observe, time), ct);
    }

    /// <summary>The newest state of that generation or a later one, and then each newest one.</summary>
    public async IAsyncEnumerable<Rollout> ReadAsync(long generation, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            Rollout? latest;
            Task changed;
            lock (_gate) (latest, changed) = (_latest, _changed.Task);
            if (latest is not null && latest.Generation >= generation) yield return latest;
            // A feed that ended did so with a fault: it is thrown here.
            if (await Task.WhenAny(changed, _following).WaitAsync(ct) == _following) await _following;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task FollowAsync(IStrategy strategy, Target target, string container, Func<Rollout, Task> observe, TimeProvider time)
    {
        while (true)
        {
            try
            {
                await foreach (var rollout in strategy.WatchAsync(target, container, _stop.Token))
                {
                    await observe(rollout);
                    lock (_gate)
                    {
                        _latest = rollout;
                        var changed = _changed;
                        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        changed.SetResult();
                    }
                }
            }
            catch (ApiException e) when (e.IsTransient)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, _stop.Token);
            }
        }
    }
}
