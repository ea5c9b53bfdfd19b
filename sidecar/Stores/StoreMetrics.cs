using System.Diagnostics;
using System.Diagnostics.Metrics;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>
/// The instruments of stores. Calls and errors are the count of the duration, split by its attributes.
/// Source: OpenTelemetry Semantic Conventions, "Metrics" (names, units in seconds and By, error.type, network.io.direction).
/// </summary>
internal sealed class StoreMetrics(string kind, TimeProvider time)
{
    public const string MeterName = "ChatOps.Sidecar.Stores";
    public const string Duration = "chatops.store.operation.duration", Bytes = "chatops.store.io";

    public static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        Duration, "s", "How long one operation on the store took; error.type says that it failed.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300] });

    private static readonly Counter<long> Transferred = Meter.CreateCounter<long>(Bytes, "By", "Bytes of archives and manifests.");

    public async Task<T> MeasureAsync<T>(string operation, Func<Task<T>> action)
    {
        var began = time.GetTimestamp();
        try
        {
            var result = await action();
            Record(operation, began, (result as Fault)?.Kind);
            return result;
        }
        catch (Exception failure)
        {
            Record(operation, began, failure is FaultException known ? known.Fault.Kind : failure.GetType().FullName);
            throw;
        }
    }

    public void Sent(int bytes) => Count(bytes, "transmit");

    public void Received(int bytes) => Count(bytes, "receive");

    public void Record(string operation, long began, string? error)
    {
        var tags = new TagList { { "chatops.store.kind", kind }, { "chatops.store.operation", operation } };
        if (error is not null)
            tags.Add("error.type", error);
        Durations.Record(time.GetElapsedTime(began).TotalSeconds, tags);
    }

    private void Count(int bytes, string direction) =>
        Transferred.Add(bytes, new("chatops.store.kind", kind), new("network.io.direction", direction));
}
