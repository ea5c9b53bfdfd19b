namespace ChatOps.Suite;

/// <summary>What a run came to: a test that failed once and passed alone is flaky, and two of those are borne.</summary>
/// <param name="Failed">Failed twice, or cannot be run alone.</param>
/// <param name="Flaky">Failed, and passed when it was run once more alone.</param>
internal sealed record Verdict(IReadOnlyList<TestResult> Failed, IReadOnlyList<TestResult> Flaky, IReadOnlyList<string> Broken)
{
    public const int MostFlaky = 2;

    /// <summary>More than these do not fail by chance, and are not run again.</summary>
    public const int MostAgain = 10;

    public bool Passes => Failed.Count == 0 && Broken.Count == 0 && Flaky.Count <= MostFlaky;

    /// <summary>The methods to run once more, each with the first of its results that is bad.</summary>
    public static IReadOnlyList<TestResult> Again(IEnumerable<TestResult> results)
    {
        var bad = results.Where(r => r.IsBad && r.Method.Length > 0).DistinctBy(r => (r.Project, r.Method)).ToList();
        return bad.Count > MostAgain ? [] : bad;
    }

    /// <param name="passedAlone">The methods that were run again and passed.</param>
    public static Verdict Of(
        IEnumerable<TestResult> results, IReadOnlySet<(string Project, string Method)> passedAlone, IEnumerable<string> broken)
    {
        var bad = results.Where(r => r.IsBad).ToLookup(r => passedAlone.Contains((r.Project, r.Method)));
        return new([.. bad[false]], [.. bad[true].DistinctBy(r => (r.Project, r.Method))], [.. broken]);
    }
}
