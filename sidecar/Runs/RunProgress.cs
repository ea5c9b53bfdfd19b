namespace ChatOps.Sidecar.Runs;

internal enum RunStep { Check, Survey, Hold, Databases, Files, Walk, Verify, Commit, Extract, Place, Prune }

/// <summary>Where a run stands. <see cref="BytesTotal"/> is 0 while it is not known.</summary>
internal readonly record struct RunProgress(RunStep Step, long BytesDone, long BytesTotal, long Files);

/// <summary>
/// Counts for one run and tells its listener. The listener is called often, on the thread of the run, and must return at once.
/// </summary>
internal sealed class ProgressMeter(Action<RunProgress>? listener)
{
    private RunProgress _now;

    public long Total { get; set; }

    public long Files { get; set; }

    public void Enter(RunStep step)
    {
        _now = _now with { Step = step, BytesTotal = Total, Files = Files };
        listener?.Invoke(_now);
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
