using System.Diagnostics.Metrics;

namespace ChatOps.Metrics;

/// <summary>
/// Listens to the instruments of the meters it is given, from its making to its disposal, and tells at any moment how they stand. Where two
/// instruments come to the same name, the first one counts. What was measured before it was made is not known.
/// </summary>
public sealed class MetricsCollector : IDisposable
{
    /// <summary>How many measurements were left out, for having too many different labels.</summary>
    public const string Dropped = "chatops_metrics_dropped_total";

    private readonly HashSet<Meter> _meters;
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new(), _collecting = new();
    private readonly SortedDictionary<string, InstrumentSeries> _series = new(StringComparer.Ordinal);

    public MetricsCollector(IEnumerable<Meter> meters)
    {
        _meters = [.. meters];
        _listener.InstrumentPublished = (instrument, _) => Take(instrument);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Asks every observable instrument; whoever else asks at the same time waits.</summary>
    public MetricsSnapshot Collect()
    {
        lock (_collecting)
        {
            List<InstrumentSeries> all;
            lock (_gate) all = [.. _series.Values];
            foreach (var series in all) series.ForgetObserved();
            _listener.RecordObservableInstruments();
            var dropped = new MetricPoint([], all.Sum(s => s.Dropped));
            var own = new MetricFamily(
                Dropped, MetricType.Counter, $"Measurements left out beyond {InstrumentSeries.MostPoints} label sets.", [dropped]);
            return new([.. all.Select(s => s.Read()).Append(own).OrderBy(f => f.Name, StringComparer.Ordinal)]);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument)
    {
        if (!_meters.Contains(instrument.Meter)) return;
        var series = new InstrumentSeries(instrument);
        lock (_gate)
        {
            if (!_series.TryAdd(series.Name, series)) return;
        }
        _listener.EnableMeasurementEvents(instrument, series);
    }
}
