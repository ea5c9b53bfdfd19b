using System.Runtime.CompilerServices;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Follows a workload for as long as a change works on it. Every state reaches the observer before any step sees it, so that no moment
/// without a ready pod escapes the measurement, however short.
/// </summary>
internal sealed class RolloutFeed : IAsyncDisposable
{
    /// <summary>How long the cluster may take to say how things are; after that what is known counts.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly Task _following;
    private CancellationTokenSource _afresh;
    private Rollout? _latest;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RolloutFeed(
        IStrategy strategy, Target target, string container, Func<Rollout, Task> observe, TimeProvider time, CancellationToken ct)
    {
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _afresh = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _following = Task.Run(() => FollowAsync(strategy, target, container, observe), ct);
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

    /// <summary>
    /// How it stands at this moment, asked for anew: on a slow line news are late, and nothing is decided on what was
    /// so a while ago. Null when nobody answers.
    /// </summary>
    public async Task<Rollout?> LookAsync(long generation, CancellationToken ct)
    {
        Refresh();
        using var limit = new CancellationTokenSource(AnswerWithin, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        Rollout? last = null;
        try
        {
            await foreach (var rollout in ReadAsync(generation, both.Token))
            {
                last = rollout;
                if (rollout.IsWhole) break;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // The cluster is away, and whoever asked decides without it.
        }
        return last;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.Settled();
        _afresh.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// Forgets what it was told and asks anew: the next state read is of this moment, and not what is still on its way here.
    /// </summary>
    private void Refresh()
    {
        CancellationTokenSource old;
        lock (_gate) (old, _afresh, _latest) = (_afresh, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token), null);
        old.Cancel();
        old.Dispose();
    }

    private async Task FollowAsync(IStrategy strategy, Target target, string container, Func<Rollout, Task> observe)
    {
        while (true)
        {
            CancellationToken fresh;
            lock (_gate) fresh = _afresh.Token;
            try
            {
                await foreach (var rollout in strategy.WatchAsync(target, container, fresh))
                {
                    await observe(rollout);
                    if (!Publish(rollout, fresh)) break;
                }
            }
            catch (OperationCanceledException) when (fresh.IsCancellationRequested && !_stop.IsCancellationRequested)
            {
                // Asked to begin anew.
            }
            catch (ApiException e) when (e.IsTransient)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _stop.Token);
            }
        }
    }

    /// <summary>False when it was told to somebody who has been asked to begin anew since.</summary>
    private bool Publish(Rollout rollout, CancellationToken fresh)
    {
        lock (_gate)
        {
            if (fresh.IsCancellationRequested || fresh != _afresh.Token) return false;
            _latest = rollout;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
            return true;
        }
    }
}
