using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ChatOps.Telemetry;

/// <summary>
/// Metrics, traces and logs on their way to a collector over OTLP, for as long as it lives; there is none unless the environment names a
/// collector, and then nothing of the OpenTelemetry SDK is even loaded. Nothing in the process waits for a collector or fails with it.
/// </summary>
public sealed class OtlpTelemetry : IAsyncDisposable
{
    /// <summary>How long the end of the process may take for what has not been sent yet.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Outages _outages;
    private readonly IReadOnlyList<string> _faults;
    private readonly OtlpExport _export;

    private OtlpTelemetry(OtlpExport export, Outages outages, IReadOnlyList<string> faults) =>
        (_export, _outages, _faults) = (export, outages, faults);

    /// <summary>Takes log lines to the collector.</summary>
    public ILoggerProvider Logs => _export.Logs;

    /// <param name="service">The name of the service, where the environment gives no other.</param>
    /// <returns>Null when no collector is named.</returns>
    public static OtlpTelemetry? Start(string service, Assembly program, TimeProvider time)
    {
        var settings = OtlpSettings.Read(Environment.GetEnvironmentVariable);
        return settings.IsEmpty ? null : Load(service, program.GetName().Version?.ToString(3) ?? "unknown", settings, time);
    }

    /// <summary>Says from here on what is wrong with the settings or with a collector, each once.</summary>
    public void TellTo(Action<string> tell)
    {
        foreach (var fault in _faults) tell(fault);
        _outages.TellTo(tell);
    }

    public async ValueTask DisposeAsync()
    {
        await _export.EndAsync(LastWords);
        _export.Dispose();
    }

    /// <summary>A method of its own: only when it runs are the assemblies it names loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpTelemetry Load(string service, string version, OtlpSettings settings, TimeProvider time)
    {
        var outages = new Outages(time);
        List<string> faults = [.. settings.Faults];
        List<(OtlpTarget, HttpClient)> clients = [];
        foreach (var target in settings.Targets)
        {
            try
            {
                clients.Add((target, CollectorClient.For(target, outages)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                faults.Add($"OTLP: a file with certificates or a key cannot be used ({e.GetType().Name}); {target.Signal} are not sent");
            }
        }
        return new(new OtlpExport(service, version, clients), outages, faults);
    }
}
