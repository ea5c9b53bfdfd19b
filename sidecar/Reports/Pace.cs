using System.Globalization;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Reports;

/// <summary>How fast a run goes and how long it will still take, from the moment its first byte was counted.</summary>
internal sealed class Pace(TimeProvider time)
{
    private long? _first;

    public long BytesPerSecond { get; private set; }

    /// <summary>Null while it cannot be told.</summary>
    public TimeSpan? Left { get; private set; }

    public void Note(RunProgress progress)
    {
        if (progress.BytesDone == 0)
            return;
        var elapsed = time.GetElapsedTime(_first ??= time.GetTimestamp()).TotalSeconds;
        BytesPerSecond = elapsed > 0 ? (long)(progress.BytesDone / elapsed) : 0;
        Left = BytesPerSecond > 0 && progress.BytesTotal > 0
            ? TimeSpan.FromSeconds((double)Math.Max(0, progress.BytesTotal - progress.BytesDone) / BytesPerSecond)
            : null;
    }

    public override string ToString() => Left is { } left && left > TimeSpan.Zero
        ? $"{new ByteSize(BytesPerSecond)}/s, {Words(left)} left"
        : $"{new ByteSize(BytesPerSecond)}/s";

    private static string Words(TimeSpan left) => left switch
    {
        { TotalSeconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(left.TotalSeconds):0} s"),
        { TotalMinutes: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(left.TotalMinutes):0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h"),
    };
}
