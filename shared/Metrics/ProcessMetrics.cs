using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace ChatOps.Metrics;

/// <summary>What every process says of itself: which version it is, since when it runs, and what it costs.</summary>
/// <remarks>Source: Prometheus, "Writing client libraries", standard and runtime collectors (the names of process metrics).</remarks>
public sealed class ProcessMetrics : IDisposable
{
    private const string OpenFiles = "/proc/self/fd";
    private static readonly double Started = StartTime();

    public ProcessMetrics(Assembly program)
    {
        var version = program.GetName().Version?.ToString(3) ?? "unknown";
        Meter.CreateObservableGauge(
            "chatops.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null,
            "The version that runs; always 1.");
        Meter.CreateObservableGauge(
            "process.resident_memory", () => Environment.WorkingSet, "By", "Memory of the process that lies in RAM.");
        Meter.CreateObservableGauge("process.start_time", () => Started, "s", "When the process began, since 1970.");
        Meter.CreateObservableCounter(
            "process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time the process has used.");
        Meter.CreateObservableGauge("process.open_fds", Descriptors, null, "Files and sockets the process has open.");
    }

    public Meter Meter { get; } = new("ChatOps.Process");

    public void Dispose() => Meter.Dispose();

    /// <summary>Nothing where the system does not show them.</summary>
    private static IEnumerable<Measurement<int>> Descriptors()
    {
        try
        {
            // The look itself holds one open.
            return [new(Directory.GetFileSystemEntries(OpenFiles).Length - 1)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static double StartTime()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }
}
