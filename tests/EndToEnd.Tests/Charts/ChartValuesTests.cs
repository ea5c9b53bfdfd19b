using System.Text.RegularExpressions;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>Every value is explained where it stands, and the README has the same explanation.</summary>
public sealed partial class ChartValuesTests
{
    private static readonly IReadOnlyList<(string Path, string Value, string Comment)> Values = [.. Read()];

    [Fact]
    public void The_table_in_the_readme_is_the_comments_in_values_yaml() =>
        Assert.Equal(Values.Select(v => $"| `{v.Path}` | `{v.Value}` | {v.Comment} |"), ReadmeTable.Rows("values"));

    [Fact]
    public void Every_value_has_a_comment() => Assert.Empty(Values.Where(v => v.Comment.Length == 0).Select(v => v.Path));

    /// <summary>A value, with the comment right above it; lines of a comment that are indented are an example and no part of it.</summary>
    private static IEnumerable<(string Path, string Value, string Comment)> Read()
    {
        var (path, comment) = (new List<string>(), new List<string>());
        foreach (var line in File.ReadLines(Path.Combine(Helm.Chart, "values.yaml")))
        {
            if (CommentLine().Match(line) is { Success: true } said)
            {
                if (said.Groups["text"].Success) comment.Add(said.Groups["text"].Value);
                continue;
            }
            if (KeyLine().Match(line) is { Success: true } key)
            {
                var depth = key.Groups["indent"].Length / 2;
                path = [.. path.Take(depth), key.Groups["key"].Value];
                if (key.Groups["value"].Success)
                    yield return (string.Join('.', path), key.Groups["value"].Value, string.Join(' ', comment));
            }
            comment.Clear();
        }
    }

    [GeneratedRegex(@"^ *#(?: (?<text>\S.*))?")]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"^(?<indent> *)(?<key>\w+):(?: (?<value>.+))?$")]
    private static partial Regex KeyLine();
}
