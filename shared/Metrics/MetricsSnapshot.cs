namespace ChatOps.Metrics;

/// <summary>How all instruments of a process stood at one moment: families by name, points by labels, always in the same order.</summary>
public sealed record MetricsSnapshot(IReadOnlyList<MetricFamily> Families);

/// <summary>One metric with all its points; with none it was never measured, but exists.</summary>
public sealed record MetricFamily(string Name, MetricType Type, string Help, IReadOnlyList<MetricPoint> Points);

/// <summary>The value under one set of labels.</summary>
/// <param name="Labels">By name; no name stands twice.</param>
/// <param name="Value">Of a histogram, the sum of what was measured.</param>
/// <param name="Histogram">Null unless the family is one.</param>
public sealed record MetricPoint(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, MetricBuckets? Histogram = null);

/// <summary>How many measurements fell where.</summary>
/// <param name="Bounds">Upper bounds, included, ascending.</param>
/// <param name="Counts">One for each bound, and a last one for what lies beyond them all.</param>
public sealed record MetricBuckets(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts);

public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}
