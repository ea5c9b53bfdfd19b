using System.Text;

namespace ChatOps.Metrics;

/// <summary>
/// Turns the name and unit of an instrument into the name people query: <c>chatops.snapshot.held</c> in <c>s</c> becomes
/// <c>chatops_snapshot_held_seconds</c>; a counter ends in <c>_total</c>.
/// </summary>
/// <remarks>Source: Prometheus, "Data model" and "Metric and label naming";
/// OpenTelemetry, "Prometheus and OpenMetrics Compatibility".</remarks>
public static class MetricName
{
    public static string Of(string instrument, string? unit, MetricType type)
    {
        var name = Clean(instrument, colons: true);
        if (Word(unit) is { } word) name = With(name, word);
        return type == MetricType.Counter ? With(name, "_total") : name;
    }

    /// <summary>A label's name, in which even a colon is not allowed.</summary>
    public static string OfLabel(string tag) => Clean(tag, colons: false);

    private static string? Word(string? unit) => unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        _ => null,
    };

    private static string With(string name, string ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name : name + ending;

    private static string Clean(string text, bool colons)
    {
        var clean = new StringBuilder(text.Length + 1);
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) clean.Append('_');
        foreach (var c in text)
            clean.Append(char.IsAsciiLetterOrDigit(c) || c == '_' || (colons && c == ':') ? c : '_');
        return clean.ToString();
    }
}
