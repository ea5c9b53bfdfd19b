namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The tables in the chart's README that are held to what they describe.</summary>
internal static class ReadmeTable
{
    /// <summary>The rows between the markers of that name, without the head.</summary>
    public static IEnumerable<string> Rows(string name) =>
        File.ReadAllText(Path.Combine(Helm.Chart, "README.md")).Split($"<!-- {name}:")[1].Split($"<!-- /{name} -->")[0]
            .Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal));
}
