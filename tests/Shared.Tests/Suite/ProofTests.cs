using System.Text.RegularExpressions;
using ChatOps.Shared.Tests.Layering;
using ChatOps.Testing;

namespace ChatOps.Shared.Tests.Suite;

/// <summary>What is smaller in <c>make test</c> than it could be is whole on some day of the week.</summary>
public sealed partial class ProofTests
{
    [Fact]
    public void Whatever_has_two_sizes_has_its_day()
    {
        var without = LayeringTests.Files("tests")
            .Where(f => !IsIn(f, "Testing") && !IsIn(f, "Shared.Tests/Suite"))
            .Select(f => (Path: f, Text: File.ReadAllText(f)))
            .Where(f => f.Text.Contains("Proof.Size(", StringComparison.Ordinal) && !Day().IsMatch(f.Text))
            .Select(f => Path.GetRelativePath(Repository.Root, f.Path));
        Assert.Empty(without);
    }

    /// <summary>But for the Bench, which compares one run with another.</summary>
    [Fact]
    public void Nothing_is_drawn_but_from_the_seed_of_the_run()
    {
        var drawing = LayeringTests.Files("tests")
            .Where(f => !IsIn(f, "Bench") && !IsIn(f, "Suite") && !IsIn(f, "Testing/Seeds.cs") && !IsIn(f, "Shared.Tests/Suite"))
            .Where(f => Drawn().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(Repository.Root, f));
        Assert.Empty(drawing);
    }

    private static bool IsIn(string file, string part) =>
        file.StartsWith(Path.Combine(Repository.Root, "tests", part), StringComparison.Ordinal);

    [GeneratedRegex("""\[Trait\("prove", "(mon|tues|wednes|thurs|fri|satur|sun)day"\)\]""")]
    private static partial Regex Day();

    [GeneratedRegex(
        @"new Random\((?!seed\)|history\.Seed\))|Random\.Shared|RandomNumberGenerator\.|WithMaxTest\([^)]*\)(?!\.WithReplay)")]
    private static partial Regex Drawn();
}
