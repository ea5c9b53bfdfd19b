using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Metrics;

/// <summary>
/// A page of metrics, read back as strictly as the format allows: HELP and TYPE first and once, samples of one family together, no sample
/// twice, buckets that add up. What is wrong throws with its line.
/// </summary>
/// <remarks>Source: Prometheus, "Exposition formats", text-based format, version 0.0.4.</remarks>
public sealed partial class Exposition
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private string? _help;

    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Helps { get; } = new(StringComparer.Ordinal);

    /// <summary>Every sample in the order of the page, with its labels unescaped.</summary>
    public List<(string Name, IReadOnlyList<(string Name, string Value)> Labels, double Value)> Samples { get; } = [];

    public double this[string sample] => _samples[sample];

    public bool Has(string sample) => _samples.ContainsKey(sample);

    public static Exposition Parse(string text)
    {
        var page = new Exposition();
        if (text.Length > 0 && !text.EndsWith('\n')) throw new FormatException("the last line does not end");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) page.Help(line[7..]);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) page.Type(line[7..]);
            else page.Sample(line);
        }
        page.CheckBuckets();
        return page;
    }

    private void Help(string line)
    {
        var (name, help) = (line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        if (!Helps.TryAdd(name, Unescape(help, quotes: false))) throw new FormatException($"two HELP lines of {name}");
        _help = name;
    }

    private void Type(string line)
    {
        if (line.Split(' ') is not [var name, "counter" or "gauge" or "histogram"] || name != _help)
            throw new FormatException($"TYPE {line}");
        Types.Add(name, line.Split(' ')[1]);
    }

    private void Sample(string line)
    {
        if (SampleLine().Match(line) is not { Success: true } match) throw new FormatException($"no sample: {line}");
        var name = match.Groups["name"].Value;
        if (FamilyOf(name) != _help || !Types.ContainsKey(_help!)) throw new FormatException($"{name} does not stand below its TYPE");
        var labels = LabelPair().Matches(match.Groups["labels"].Value)
            .Select(l => (l.Groups[1].Value, Unescape(l.Groups[2].Value, quotes: true))).ToList();
        if (labels.DistinctBy(l => l.Item1).Count() != labels.Count) throw new FormatException($"a label twice: {line}");
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        if (!_samples.TryAdd(name + match.Groups["labels"].Value, value)) throw new FormatException($"twice: {line}");
        Samples.Add((name, labels, value));
    }

    private string FamilyOf(string name)
    {
        foreach (var suffix in (string[])["_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && Types.GetValueOrDefault(name[..^suffix.Length]) == "histogram")
                return name[..^suffix.Length];
        }
        return name;
    }

    private void CheckBuckets()
    {
        foreach (var (name, _) in Types.Where(t => t.Value == "histogram"))
        {
            var series = Samples.Where(s => s.Name == $"{name}_bucket").GroupBy(s => string.Join(',', s.Labels.Where(l => l.Name != "le")));
            foreach (var buckets in series.Select(s => s.ToList()))
            {
                var bounds = buckets.Select(b => b.Labels.Single(l => l.Name == "le").Value).ToList();
                var numbers = bounds.SkipLast(1).Select(b => double.Parse(b, CultureInfo.InvariantCulture)).ToList();
                if (bounds[^1] != "+Inf" || !numbers.SequenceEqual(numbers.Order().Distinct()))
                    throw new FormatException($"buckets of {name}");
                if (buckets.Zip(buckets.Skip(1)).Any(pair => pair.First.Value > pair.Second.Value))
                    throw new FormatException($"{name} falls");
                var key = string.Join(',', buckets[0].Labels.Where(l => l.Name != "le"));
                var count = Samples.Single(s => s.Name == $"{name}_count" && string.Join(',', s.Labels) == key);
                if (count.Value != buckets[^1].Value) throw new FormatException($"{name}: the last bucket is not the count");
            }
        }
    }

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\') plain.Append(text[i]);
            else plain.Append(text[++i] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' when quotes => '"',
                var other => throw new FormatException($"\\{other} is no escape"),
            });
        }
        return plain.ToString();
    }

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"""
            + """(?<labels>(\{[a-zA-Z_]\w*="([^"\\]|\\.)*"(,[a-zA-Z_]\w*="([^"\\]|\\.)*")*\})?) (?<value>\S+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""[{,]([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)(?=")""")]
    private static partial Regex LabelPair();
}
