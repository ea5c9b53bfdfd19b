using System.Diagnostics.Metrics;

namespace ChatOps.Metrics;

/// <summary>
/// Adds up what one instrument measures, label set by label set; any thread may record. Of label sets it keeps the first
/// <see cref="MostPoints"/>, so that a mistake in a label cannot fill the memory; what comes under others is counted and left out.
/// </summary>
internal sealed class InstrumentSeries
{
    public const int MostPoints = 1000;

    /// <summary>For an instrument in seconds that gives no advice.</summary>
    private static readonly double[] UsualBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Point> _points = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly MetricType _type;
    private readonly bool _adds, _observed;
    private readonly double[] _bounds;
    private long _dropped;

    public InstrumentSeries(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        _type = kind == typeof(Histogram<>) ? MetricType.Histogram
            : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? MetricType.Counter
            : MetricType.Gauge;
        _observed = instrument.IsObservable;
        _adds = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        _bounds = _type == MetricType.Histogram ? Bounds(instrument) : [];
        _help = instrument.Description ?? "";
        Name = MetricName.Of(instrument.Name, instrument.Unit, _type);
    }

    public string Name { get; }

    /// <summary>Measurements that were left out.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate) return _dropped;
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = MetricLabels.Of(tags);
        var key = PrometheusText.Labels(labels);
        lock (_gate)
        {
            if (!_points.TryGetValue(key, out var point))
            {
                if (_points.Count >= MostPoints)
                {
                    _dropped++;
                    return;
                }
                point = _points[key] = new(labels, new long[_bounds.Length + 1]);
            }
            point.Value = _adds || _type == MetricType.Histogram ? point.Value + value : value;
            if (_type == MetricType.Histogram) point.Counts[BucketOf(value)]++;
        }
    }

    /// <summary>What is asked for anew each time must not show what was true the last time.</summary>
    public void ForgetObserved()
    {
        if (!_observed) return;
        lock (_gate) _points.Clear();
    }

    public MetricFamily Read()
    {
        lock (_gate) return new(Name, _type, _help, [.. _points.Values.Select(Copy)]);
    }

    private MetricPoint Copy(Point point) =>
        new(point.Labels, point.Value, _type == MetricType.Histogram ? new(_bounds, [.. point.Counts]) : null);

    /// <summary>What is no number lies below no bound.</summary>
    private int BucketOf(double value)
    {
        var at = Array.FindIndex(_bounds, bound => value <= bound);
        return at < 0 ? _bounds.Length : at;
    }

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => UsualBounds,
    };

    private sealed class Point(IReadOnlyList<KeyValuePair<string, string>> labels, long[] counts)
    {
        public IReadOnlyList<KeyValuePair<string, string>> Labels => labels;

        public double Value { get; set; }

        public long[] Counts => counts;
    }
}
