using System.Collections.Concurrent;

namespace ChatOps.Bot.Health;

/// <summary>
/// The signs of life of every loop the bot runs. A loop that has begun something and neither ended it nor gave another sign within the
/// deadline is stuck, and only a new process helps. An API server that is away makes none of them stuck: each try is a sign.
/// </summary>
internal sealed class Heartbeats(TimeProvider time)
{
    /// <summary>Longer than the longest rest between two looks, and than one call to the API server with all its repeats.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Heartbeat> _loops = new(StringComparer.Ordinal);

    public Heartbeat Of(string loop) => _loops.GetOrAdd(loop, _ => new Heartbeat(time));

    public IReadOnlyList<string> Stuck =>
        [.. _loops.Where(l => l.Value.Silence > Deadline).Select(l => l.Key).Order(StringComparer.Ordinal)];
}

/// <summary>The signs of life of one loop; none is expected before the first one.</summary>
internal sealed class Heartbeat(TimeProvider time)
{
    private const long Resting = long.MinValue;
    private long _last = Resting;

    /// <summary>How long a sign is outstanding; nothing while the loop waits for what need not come.</summary>
    public TimeSpan Silence => Interlocked.Read(ref _last) is var last && last == Resting ? TimeSpan.Zero : time.GetElapsedTime(last);

    /// <summary>Alive, and at work: another sign, or a rest, follows within the deadline.</summary>
    public void Beat() => Interlocked.Exchange(ref _last, time.GetTimestamp());

    /// <summary>Done; the next sign comes when there is something to do.</summary>
    public void Rest() => Interlocked.Exchange(ref _last, Resting);
}
