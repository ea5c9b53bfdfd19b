using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatOps.Traces;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ChatOps.Bot.Operations;

/// <summary>
/// A log that programs read: one JSON object a line. What is logged while a request is dealt with names it, so that all of its lines can be
/// found: <c>Request</c> is the id of the message or press, <c>Trace</c> that of its trace, which the sidecar's lines have too.
/// </summary>
internal sealed class JsonLog(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "chatops-json";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, logEntry);
        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void Write<TState>(Utf8JsonWriter json, in LogEntry<TState> entry)
    {
        json.WriteStartObject();
        json.WriteString("Timestamp", time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteNumber("EventId", entry.EventId.Id);
        json.WriteString("LogLevel", entry.LogLevel.ToString());
        json.WriteString("Category", entry.Category);
        json.WriteString("Message", entry.Formatter(entry.State, entry.Exception));
        if (entry.Exception is { } exception) json.WriteString("Exception", exception.ToString());
        if (Spans.RequestOf(Activity.Current) is { } request) json.WriteString("Request", request);
        if (Activity.Current is { } span) json.WriteString("Trace", span.TraceId.ToHexString());
        if (entry.State is IEnumerable<KeyValuePair<string, object?>> values) WriteState(json, values);
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> values)
    {
        json.WriteStartObject("State");
        foreach (var (name, value) in values)
        {
            switch (value)
            {
                case null:
                    json.WriteNull(name);
                    break;
                case bool word:
                    json.WriteBoolean(name, word);
                    break;
                case int or long or short or byte:
                    json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                default:
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
        json.WriteEndObject();
    }
}
