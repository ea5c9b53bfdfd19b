using System.Globalization;

namespace ChatOps.Metrics;

/// <summary>Turns the tags of a measurement into labels: by name, each once, and none that says nothing; pure.</summary>
internal static class MetricLabels
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return [];
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tag, value) in tags)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            // To a Prometheus server an empty label and none are the same.
            if (text.Length == 0) continue;
            var name = MetricName.OfLabel(tag);
            labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }
        return [.. labels];
    }
}
