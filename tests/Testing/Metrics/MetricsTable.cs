namespace ChatOps.Testing.Metrics;

/// <summary>The tables of metrics that people read, beside the dashboard and the alerts.</summary>
public static class MetricsTable
{
    public static string Folder => Path.Combine(Repository.Root, "charts", "chatops", "observability");

    /// <summary>The rows below a heading, in their order.</summary>
    public static IReadOnlyList<string> Read(string heading) =>
        [.. File.ReadLines(Path.Combine(Folder, "README.md"))
            .SkipWhile(line => line != $"## {heading}").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    /// <summary>The rows that a page would have.</summary>
    public static IReadOnlyList<string> Of(Exposition page) =>
        [.. page.Types.Select(t => $"| `{t.Key}` | {t.Value} | {page.Helps[t.Key]} |")];
}
