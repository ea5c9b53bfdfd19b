using System.Diagnostics;
using ChatOps.Traces;

namespace ChatOps.Sidecar.Runs;

internal enum RunStep { Check, Survey, Hold, Databases, Files, Walk, Verify, Commit, Extract, Place, Prune }

/// <summary>Where a run stands. <see cref="BytesTotal"/> is 0 while it is not known.</summary>
internal readonly record struct RunProgress(RunStep Step, long BytesDone, long BytesTotal, long Files);

/// <summary>
/// Counts for one run and tells its listener; each step is a span of the trace it runs in. The listener is called often, on the thread of
/// the run, and must return at once.
/// </summary>
internal sealed class ProgressMeter(Action<RunProgress>? listener) : IDisposable
{
    private readonly Activity? _run = Activity.Current;
    private Activity? _step;
    private RunProgress _now;

    public long Total { get; set; }

    public long Files { get; set; }

    public void Enter(RunStep step)
    {
        _now = _now with { Step = step, BytesTotal = Total, Files = Files };
        Dispose();
        // Each step is a part of the run, wherever the one before was begun.
        Activity.Current = _run;
        _step = Spans.Part(step.ToString().ToLowerInvariant());
        Activity.Current = _run;
        listener?.Invoke(_now);
    }

    /// <summary>Ends the last step; called twice, it does nothing more.</summary>
    public void Dispose()
    {
        _step?.Dispose();
        _step = null;
    }

    public void Count(long bytes)
    {
        _now = _now with { BytesDone = _now.BytesDone + bytes, BytesTotal = Math.Max(Total, _now.BytesDone + bytes), Files = Files };
        listener?.Invoke(_now);
    }

    public void Set(long bytes, long files)
    {
        _now = _now with { BytesDone = bytes, BytesTotal = Total, Files = files };
        listener?.Invoke(_now);
    }
}
