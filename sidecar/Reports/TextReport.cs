using System.Text.Json;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Reports;

/// <summary>
/// Speaks to a person: a bar that redraws itself on a terminal, nothing between beginning and end elsewhere. Results on one stream, the
/// rest on the other.
/// </summary>
internal sealed class TextReport(TextWriter output, TextWriter error, bool terminal, TimeProvider time) : IReport
{
    private const int Width = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Pace _pace = new(time);
    private long _last;
    private bool _drawn;

    public void Progress(RunProgress progress)
    {
        _pace.Note(progress);
        if (!terminal || time.GetElapsedTime(_last) < Interval)
            return;
        _last = time.GetTimestamp();
        _drawn = true;
        error.Write("\r\e[K" + Bar(progress, _pace));
    }

    public void Done(string text, Action<Utf8JsonWriter> json)
    {
        Clear();
        output.WriteLine(text);
    }

    public void Failed(Fault fault)
    {
        Clear();
        error.WriteLine($"sidecar: {fault.Message}");
        if (fault.Hint is not null)
            error.WriteLine($"  {fault.Hint}");
    }

    public void Note(string text) => error.WriteLine($"sidecar: {text}");

    internal static string Bar(RunProgress progress, Pace pace)
    {
        var share = progress.BytesTotal > 0 ? Math.Clamp((double)progress.BytesDone / progress.BytesTotal, 0, 1) : 0;
        var full = (int)(share * Width);
        return $"{progress.Step,-9} [{new string('█', full)}{new string('░', Width - full)}] {share * 100,3:0} %  "
            + $"{new ByteSize(progress.BytesDone)} of {new ByteSize(progress.BytesTotal)}, {pace}, {Counted.Of(progress.Files, "file")}";
    }

    private void Clear()
    {
        if (_drawn)
            error.Write("\r\e[K");
        _drawn = false;
    }
}
