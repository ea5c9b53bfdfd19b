using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>
/// Knows whether a bot has anything to do but wait, so that a simulated clock moves only then: its continuations run on this scheduler, and
/// a call counts from before it is made until the continuation that takes its answer, so nothing is ever between the two.
/// </summary>
internal sealed class Traffic : TaskScheduler
{
    private long _calls;
    private long _continuations;

    /// <summary>Calls under way.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    public HttpClient NewClient() => new CountedClient(this) { Timeout = Timeout.InfiniteTimeSpan };

    public Task<T> StartAsync<T>(Func<T> start) => Task.Factory.StartNew(start, CancellationToken.None, TaskCreationOptions.None, this);

    /// <summary>Ends when nothing is under way but calls that wait, such as a long poll.</summary>
    /// <param name="busy">Whether something is on its way that is no call, such as an event on a socket.</param>
    public Task SettledAsync(Func<int> waiting, Func<bool>? busy = null) => AtRest.UntilAsync(
        () => Calls <= waiting() && Interlocked.Read(ref _continuations) == 0 && busy?.Invoke() != true);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    protected override void QueueTask(Task task)
    {
        Interlocked.Increment(ref _continuations);
        ThreadPool.UnsafeQueueUserWorkItem(
            next =>
            {
                TryExecuteTask(next);
                Interlocked.Decrement(ref _continuations);
            },
            task, preferLocal: false);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        Current == this && !taskWasPreviouslyQueued && TryExecuteTask(task);

    private sealed class CountedClient(Traffic traffic) : HttpClient
    {
        public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref traffic._calls);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref traffic._calls);
            }
        }
    }
}
