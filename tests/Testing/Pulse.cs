namespace ChatOps.Testing;

/// <summary>Tells whoever waits that something changed; ask for <see cref="Next"/> before looking.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = New();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Returns as soon as the condition holds, looked at after every beat; fails as told after so much real time.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan patience, Func<TimeoutException> failure)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var next = Next;
            if (condition()) return;
            var left = patience - TimeProvider.System.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) throw failure();
            try
            {
                await next.WaitAsync(left, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                throw failure();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
