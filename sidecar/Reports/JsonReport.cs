using System.Text;
using System.Text.Json;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Reports;

/// <summary>
/// One JSON object a line: <c>event</c> is progress, done, failed or note. Progress comes at most five times a second and at each step.
/// </summary>
internal sealed class JsonReport(TextWriter output, TimeProvider time) : IReport
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly Pace _pace = new(time);
    private RunStep? _step;
    private long _last;

    public void Progress(RunProgress progress)
    {
        _pace.Note(progress);
        if (progress.Step == _step && time.GetElapsedTime(_last) < Interval)
            return;
        (_step, _last) = (progress.Step, time.GetTimestamp());
        Line("progress", json =>
        {
            json.WriteString("step", progress.Step.ToString().ToLowerInvariant());
            json.WriteNumber("bytesDone", progress.BytesDone);
            json.WriteNumber("bytesTotal", progress.BytesTotal);
            json.WriteNumber("bytesPerSecond", _pace.BytesPerSecond);
            if (_pace.Left is { } left)
                json.WriteNumber("secondsLeft", Math.Round(left.TotalSeconds, 1));
            json.WriteNumber("files", progress.Files);
        });
    }

    public void Done(string text, Action<Utf8JsonWriter> json) => Line("done", json);

    public void Failed(Fault fault) => Line("failed", json =>
    {
        json.WriteString("reason", fault.Kind);
        json.WriteString("message", fault.Message);
        json.WriteString("hint", fault.Hint);
    });

    public void Note(string text) => Line("note", json => json.WriteString("message", text));

    private void Line(string kind, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event", kind);
            fields(json);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
