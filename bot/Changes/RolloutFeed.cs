using System.Runtime.CompilerServices;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Follows a workload for as long as a change works on it. Every state reaches the observer before any step sees it, so that no moment
/// without a ready pod escapes the measurement, however short. A watch that says nothing any more is begun anew, whatever became of it.
/// </summary>
internal sealed class RolloutFeed : IAsyncDisposable
{
    /// <summary>How long the cluster may take to say how things are; after that what is known counts.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>Longer than one request may take. Asking anew costs three lists; a watch that died unseen would cost the change.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly Func<CancellationToken, Task> _follow;
    private readonly Func<Rollout, Task> _observe;
    private readonly string _target;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly List<Task> _earlier = [];
    private CancellationTokenSource _afresh;
    private Task _following;
    private Rollout? _latest;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="observe">Told of every state before anybody else.</param>
    public RolloutFeed(
        IStrategy strategy, Target target, string container, Func<Rollout, Task> observe, TimeProvider time, ILogger log,
        CancellationToken ct)
    {
        (_observe, _target, _time, _log) = (observe, target.Name, time, log);
        _follow = fresh => FollowAsync(strategy, target, container, fresh);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // What has begun may have news before these are set.
        lock (_gate) (_afresh, _following) = Begin();
    }

    /// <summary>The newest state of that generation or a later one, and then each newest one.</summary>
    public async IAsyncEnumerable<Rollout> ReadAsync(long generation, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            Rollout? latest;
            Task changed, following;
            lock (_gate) (latest, changed, following) = (_latest, _changed.Task, _following);
            if (latest is not null && latest.Generation >= generation) yield return latest;
            try
            {
                // A feed that ended did so with a fault: it is thrown here.
                if (await Task.WhenAny(changed, following).WaitAsync(LongestSilence, _time, ct) == following) await following;
            }
            catch (TimeoutException)
            {
                _log.LogInformation("no news of {Target} for {Seconds} s; asking anew", _target, LongestSilence.TotalSeconds);
                Refresh();
            }
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
        var all = Task.WhenAll([.. _earlier, _following]);
        await all.WaitAsync(AnswerWithin, _time).Settled();
        if (!all.IsCompleted) _log.LogWarning("what follows {Target} does not end, and is left", _target);
        _afresh.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// Forgets what it was told and asks anew: the next state read is of this moment, and not what is still on its way here.
    /// </summary>
    private void Refresh()
    {
        CancellationTokenSource old;
        lock (_gate)
        {
            old = _afresh;
            _earlier.Add(_following);
            _latest = null;
            (_afresh, _following) = Begin();
        }
        old.Cancel();
        old.Dispose();
    }

    private (CancellationTokenSource Afresh, Task Following) Begin()
    {
        var afresh = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var fresh = afresh.Token;
        return (afresh, Task.Run(() => _follow(fresh), CancellationToken.None));
    }

    /// <summary>Ends by being cancelled, or with a fault.</summary>
    private async Task FollowAsync(IStrategy strategy, Target target, string container, CancellationToken fresh)
    {
        while (true)
        {
            try
            {
                await foreach (var rollout in strategy.WatchAsync(target, container, fresh))
                {
                    fresh.ThrowIfCancellationRequested();
                    await _observe(rollout);
                    Publish(rollout, fresh);
                }
            }
            catch (ApiException e) when (e.IsTransient)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, fresh);
            }
        }
    }

    private void Publish(Rollout rollout, CancellationToken fresh)
    {
        lock (_gate)
        {
            // It was told to somebody who has been asked to begin anew since.
            if (fresh != _afresh.Token) throw new OperationCanceledException(fresh);
            _latest = rollout;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
