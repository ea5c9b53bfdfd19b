using ChatOps.Traces;
using ChatOps.Values;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ChatOps.Telemetry;

/// <summary>
/// The one place that knows the OpenTelemetry SDK: sends each signal that has a target, in batches, from threads of its own. Whoever
/// measures, traces or logs never waits; when the collector does not keep up, the oldest stays and the newest is dropped.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>Every meter of ours is named so.</summary>
    private const string Meters = "ChatOps.*";

    private readonly OpenTelemetrySdk _sdk;

    /// <param name="targets">Each with the client it is sent with.</param>
    public OtlpExport(string service, string version, IEnumerable<(OtlpTarget Target, HttpClient Client)> targets)
    {
        _sdk = OpenTelemetrySdk.Create(builder =>
        {
            // What the environment says of this process goes before what is known by itself.
            builder.ConfigureResource(resource => resource.Clear()
                .AddService(service, serviceVersion: version, serviceInstanceId: Environment.MachineName)
                .AddTelemetrySdk().AddEnvironmentVariableDetector());
            foreach (var (target, client) in targets) Add(builder, target.Signal, options => Configure(options, target, client));
        });
        Logs = new ForwardedLogs(_sdk.GetLoggerFactory());
    }

    /// <summary>Takes log lines; ones of no target go nowhere.</summary>
    public ILoggerProvider Logs { get; }

    /// <summary>Sends what is left and nothing after it; returns by then, whether or not a collector took it.</summary>
    public async Task EndAsync(TimeSpan within)
    {
        var most = (int)within.TotalMilliseconds;
        // Each of them waits on its thread, so that one collector that hangs takes no time from the others.
        Task all = Task.WhenAll(
            Task.Run(() => _sdk.TracerProvider.Shutdown(most)), Task.Run(() => _sdk.MeterProvider.Shutdown(most)),
            Task.Run(() => _sdk.LoggerProvider.Shutdown(most)));
        await all.Settled();
    }

    public void Dispose() => _sdk.Dispose();

    private static void Add(IOpenTelemetryBuilder builder, OtlpSignal signal, Action<OtlpExporterOptions> configure)
    {
        switch (signal)
        {
            case OtlpSignal.Metrics:
                builder.WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter(configure));
                break;
            case OtlpSignal.Traces:
                builder.WithTracing(traces => traces.AddSource(Spans.Source.Name).AddOtlpExporter(configure));
                break;
            default:
                builder.WithLogging(logs => logs.AddOtlpExporter(configure), options => options.IncludeFormattedMessage = true);
                break;
        }
    }

    private static void Configure(OtlpExporterOptions options, OtlpTarget target, HttpClient client)
    {
        options.Protocol = target.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = target.Endpoint;
        options.Headers = target.Headers?.Reveal();
        options.TimeoutMilliseconds = (int)target.Timeout.TotalMilliseconds;
        options.HttpClientFactory = () => client;
    }

    /// <summary>A factory of loggers as a provider of them, which ends with the SDK and not with whoever logs.</summary>
    private sealed class ForwardedLogs(ILoggerFactory factory) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => factory.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
