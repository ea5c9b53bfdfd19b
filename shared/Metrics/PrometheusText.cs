using System.Globalization;
using System.Text;

namespace ChatOps.Metrics;

/// <summary>
/// Writes a snapshot as a Prometheus server reads it. Every family has its HELP and TYPE line, even one without a point, so that the page
/// says all there is to query.
/// </summary>
/// <remarks>Source: Prometheus, "Exposition formats", text-based format, version 0.0.4.</remarks>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(MetricsSnapshot snapshot)
    {
        var text = new StringBuilder();
        foreach (var family in snapshot.Families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type.ToString().ToLowerInvariant()).Append('\n');
            foreach (var point in family.Points)
            {
                if (point.Histogram is { } buckets) Histogram(text, family.Name, point, buckets);
                else Line(text, family.Name, Labels(point.Labels), Number(point.Value));
            }
        }
        return text.ToString();
    }

    /// <summary>The labels with their braces; nothing where there are none.</summary>
    internal static string Labels(IReadOnlyList<KeyValuePair<string, string>> labels) =>
        labels.Count == 0 ? "" : $"{{{string.Join(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value, quotes: true)}\""))}}}";

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void Histogram(StringBuilder text, string name, MetricPoint point, MetricBuckets buckets)
    {
        var below = 0L;
        for (var i = 0; i < buckets.Counts.Count; i++)
        {
            below += buckets.Counts[i];
            var bound = i < buckets.Bounds.Count ? buckets.Bounds[i] : double.PositiveInfinity;
            Line(text, $"{name}_bucket", Labels([.. point.Labels, new("le", Number(bound))]), Count(below));
        }
        Line(text, $"{name}_sum", Labels(point.Labels), Number(point.Value));
        Line(text, $"{name}_count", Labels(point.Labels), Count(below));
    }

    private static void Line(StringBuilder text, string name, string labels, string value) =>
        text.Append(name).Append(labels).Append(' ').Append(value).Append('\n');

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
