using System.Diagnostics;
using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Reports;
using ChatOps.Telemetry;
using ChatOps.Traces;
using Microsoft.Extensions.Logging;

namespace ChatOps.Sidecar.Commands;

/// <summary>
/// The lines of <c>run</c>, a sentence each. For programs a line names the request it is about, as the bot's lines do: <c>request</c> is
/// the id of the message or press, <c>trace</c> that of its trace.
/// </summary>
internal static class RunLog
{
    public static Action<string> To(IReport report, OtlpTelemetry? telemetry)
    {
        var sent = telemetry is null ? null : Sent(telemetry);
        return text =>
        {
            report.Done(text, json =>
            {
                json.WriteString("message", text);
                if (Spans.RequestOf(Activity.Current) is { } request) json.WriteString("request", request);
                if (Activity.Current is { } span) json.WriteString("trace", span.TraceId.ToHexString());
            });
            sent?.Invoke(text);
        };
    }

    /// <summary>A method of its own: without telemetry nothing it names is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Action<string> Sent(OtlpTelemetry telemetry)
    {
        var logger = telemetry.Logs.CreateLogger("ChatOps.Sidecar");
        return text => logger.LogInformation("{Line}", text);
    }
}
