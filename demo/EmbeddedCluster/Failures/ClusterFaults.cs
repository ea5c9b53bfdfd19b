using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Failures;

/// <summary>Makes the API server fail on purpose; what is not asked to fail is served as always.</summary>
/// <remarks>
/// Only clients are affected: the cluster's own controllers work on, as those of a real cluster behind a lost load balancer.
/// </remarks>
public sealed class ClusterFaults : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly TimeProvider _time;
    private TaskCompletionSource? _hold;
    private CancellationTokenSource _dropped = new();

    internal ClusterFaults(TimeProvider time) => _time = time;

    internal CancellationToken WatchesDropped
    {
        get
        {
            lock (_gate)
                return _dropped.Token;
        }
    }

    internal Func<bool, Task> SwitchListener { get; set; } = _ => Task.CompletedTask;

    internal Action CompactStore { get; set; } = () => { };

    /// <summary>Answers the next <paramref name="count"/> requests that match with this code; 429 and 503 may carry Retry-After.</summary>
    /// <param name="message">What the server says; null means that the failure is injected.</param>
    public void Fail(
        int count, int code = 500, TimeSpan? retryAfter = null, Func<HttpRequest, bool>? when = null, string? message = null) =>
        Add(new(count, when, new(code, retryAfter, TimeSpan.Zero, message)));

    /// <summary>Answers the next <paramref name="count"/> requests that match only after a while.</summary>
    public void Delay(int count, TimeSpan delay, Func<HttpRequest, bool>? when = null) => Add(new(count, when, new(0, null, delay, null)));

    /// <summary>Takes requests and answers nothing until the result is disposed.</summary>
    public IDisposable StopAnswering()
    {
        lock (_gate)
            _hold ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Resumption(this);
    }

    /// <summary>Closes the port and every connection; connecting is refused until <see cref="AcceptConnectionsAsync"/>.</summary>
    public Task RefuseConnectionsAsync()
    {
        DropWatches();
        return SwitchListener(false);
    }

    /// <summary>Listens again, on the same port.</summary>
    public Task AcceptConnectionsAsync() => SwitchListener(true);

    /// <summary>Ends every watch now under way, in the middle of its stream.</summary>
    public void DropWatches()
    {
        CancellationTokenSource old;
        lock (_gate)
            (old, _dropped) = (_dropped, new());
        old.Cancel();
        old.Dispose();
    }

    /// <summary>Forgets the history: every watch resumed from before is answered 410 Expired.</summary>
    public void CompactHistory() => CompactStore();

    /// <summary>Ends all faults of <see cref="Fail"/>, <see cref="Delay"/> and <see cref="StopAnswering"/>.</summary>
    public void Clear()
    {
        lock (_gate)
            _rules.Clear();
        Resume();
    }

    void IDisposable.Dispose() => _dropped.Dispose();

    internal async Task<(int Code, TimeSpan? RetryAfter, string? Message)?> ApplyAsync(HttpContext context)
    {
        Task? held;
        Effect? effect;
        lock (_gate)
        {
            held = _hold?.Task;
            effect = Take(context.Request);
        }
        if (held is not null)
            await held.WaitAsync(context.RequestAborted);
        if (effect is null)
            return null;
        if (effect.Delay > TimeSpan.Zero)
            await Task.Delay(effect.Delay, _time, context.RequestAborted);
        return effect.Code == 0 ? null : (effect.Code, effect.RetryAfter, effect.Message);
    }

    private Effect? Take(HttpRequest request)
    {
        var rule = _rules.Find(one => one.When is null || one.When(request));
        if (rule is null)
            return null;
        if (--rule.Left <= 0)
            _rules.Remove(rule);
        return rule.Effect;
    }

    private void Add(Rule rule)
    {
        lock (_gate)
            _rules.Add(rule);
    }

    private void Resume()
    {
        TaskCompletionSource? hold;
        lock (_gate)
            (hold, _hold) = (_hold, null);
        hold?.TrySetResult();
    }

    private sealed class Rule(int count, Func<HttpRequest, bool>? when, Effect effect)
    {
        public int Left { get; set; } = count;

        public Func<HttpRequest, bool>? When { get; } = when;

        public Effect Effect { get; } = effect;
    }

    private sealed record Effect(int Code, TimeSpan? RetryAfter, TimeSpan Delay, string? Message);

    private sealed class Resumption(ClusterFaults faults) : IDisposable
    {
        public void Dispose() => faults.Resume();
    }
}
