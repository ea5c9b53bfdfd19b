using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>
/// What a loop has to look at again. Targets are named from any thread, however often, and each is taken once by the loop: a storm of
/// events about one of a thousand targets costs the other nine hundred and ninety-nine nothing.
/// </summary>
internal sealed class MovedTargets(TimeProvider time)
{
    private readonly Lock _gate = new();
    private HashSet<string> _targets = new(StringComparer.Ordinal);
    private TaskCompletionSource _moved = NewSignal();

    public void Add(string target)
    {
        lock (_gate)
        {
            _targets.Add(target);
            _moved.TrySetResult();
        }
    }

    /// <summary>Those named since the last call. Waits for the first of them, at most so long; then there are none.</summary>
    public async Task<IReadOnlySet<string>> TakeAsync(TimeSpan atMost, CancellationToken ct)
    {
        Task moved;
        lock (_gate) moved = _moved.Task;
        if (!moved.IsCompleted && atMost > TimeSpan.Zero)
        {
            await moved.WaitAsync(atMost, time, ct).Settled();
        }
        lock (_gate)
        {
            var taken = _targets;
            (_targets, _moved) = (new(StringComparer.Ordinal), NewSignal());
            return taken;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
