using System.Globalization;
using ChatOps.Testing;

namespace ChatOps.Shared.Tests.Layering;

/// <summary>The one thing .editorconfig asks for that formatting leaves to people.</summary>
public sealed class LineLengthTests
{
    private static readonly string Rule = File.ReadLines(Path.Combine(Repository.Root, ".editorconfig"))
        .Single(l => l.StartsWith("max_line_length", StringComparison.Ordinal));

    [Theory]
    [InlineData("bot")]
    [InlineData("sidecar")]
    [InlineData("shared")]
    [InlineData("demo")]
    [InlineData("tests")]
    public void No_line_is_longer_than_the_editorconfig_says(string folder)
    {
        var longest = int.Parse(Rule.Split('=')[1], CultureInfo.InvariantCulture);
        var offences = from file in LayeringTests.Files(folder)
                       from line in File.ReadLines(file).Index()
                       where line.Item.Length > longest
                       select $"{Path.GetRelativePath(Repository.Root, file)}, line {line.Index + 1}: {line.Item.Length}";
        Assert.Empty(offences);
    }
}
