using System.Text;

namespace ChatOps.Cluster.Logs;

/// <summary>What one run of a container wrote, line by line; readers may follow it until the run has ended.</summary>
/// <remarks>Keeps the newest lines only, so that a chatty program cannot fill memory.</remarks>
public sealed class ContainerLog(int capacity = 20_000)
{
    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private bool _ended;

    public void Append(DateTimeOffset at, string text) => Change(() =>
    {
        _lines.Enqueue(new(at, text));
        if (_lines.Count > capacity)
        {
            _lines.Dequeue();
            _dropped++;
        }
    });

    public void End() => Change(() => _ended = true);

    /// <summary>All lines so far and where to read on.</summary>
    public (IReadOnlyList<LogLine> Lines, long Next, bool Ended) Read(long from)
    {
        lock (_gate)
        {
            var skip = (int)Math.Max(0, from - _dropped);
            return ([.. _lines.Skip(skip)], _dropped + _lines.Count, _ended);
        }
    }

    /// <summary>The newest lines, cut to their last bytes in UTF-8.</summary>
    public string Tail(int lines, int bytes)
    {
        byte[] text;
        lock (_gate) text = Encoding.UTF8.GetBytes(string.Concat(_lines.TakeLast(lines).Select(line => line.Text + "\n")));
        return Encoding.UTF8.GetString(text.AsSpan(Math.Max(0, text.Length - bytes)));
    }

    /// <summary>Completes when there is more than <paramref name="next"/> lines, or the run has ended.</summary>
    public async Task WaitAsync(long next, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_ended || _dropped + _lines.Count > next)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            change();
            (woken, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        woken.TrySetResult();
    }
}

/// <summary>One line of output and when it came.</summary>
public readonly record struct LogLine(DateTimeOffset At, string Text);

/// <summary>Finds the log of a container; null when it has not run (or has not run before, for the previous run).</summary>
public interface IContainerLogs
{
    ContainerLog? Find(string podUid, string container, bool previous);
}
