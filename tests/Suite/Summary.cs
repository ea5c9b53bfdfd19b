using System.Globalization;

namespace ChatOps.Suite;

/// <summary>What a person wants to know at the end, the line that matters most last.</summary>
internal static class Summary
{
    private const int Lines = 40, Slowest = 10;

    public static IEnumerable<string> Of(
        IReadOnlyList<TestRun> runs, IReadOnlyList<TestResult> results, Verdict verdict, TimeSpan took, SuiteOptions options)
    {
        foreach (var failed in verdict.Failed)
        {
            yield return $"FAILED {failed.Name}";
            foreach (var line in failed.Said.Split('\n').Where(l => l.Trim().Length > 0).Take(Lines)) yield return $"    {Cut(line)}";
        }
        foreach (var broken in verdict.Broken) yield return $"BROKEN {broken}";
        foreach (var flaky in verdict.Flaky)
        {
            yield return $"flaky: {flaky.Name} (passed when run alone; {options.Results}/again-{flaky.Method}.txt)";
            foreach (var line in flaky.Said.Split('\n').Where(l => l.Trim().Length > 0).Take(Lines)) yield return $"    {Cut(line)}";
        }
        if (verdict.Flaky.Count > Verdict.MostFlaky) yield return $"{verdict.Flaky.Count} flaky tests are more than {Verdict.MostFlaky}";
        yield return "";
        foreach (var run in runs.OrderByDescending(r => r.Took))
            yield return $"{Minutes(run.Took)} {run.Project.Name}, {run.Results.Count} tests";
        yield return "The slowest classes:";
        foreach (var (name, seconds, count) in Classes(results).Take(Slowest))
            yield return string.Create(CultureInfo.InvariantCulture, $"{seconds,6:0} s {name}, {count} tests");
        var skipped = results.Where(r => r.Outcome == Outcome.Skipped).ToList();
        foreach (var reason in skipped.GroupBy(r => r.Said)) yield return $"skipped {reason.Count()}: {reason.Key}";
        if (!verdict.Passes) yield return $"CHATOPS_SEED={options.Seed} replays what this run drew";
        var passed = results.Count(r => r.Outcome == Outcome.Passed);
        var (failures, flakes) = (verdict.Failed.Count, verdict.Flaky.Count);
        yield return $"{passed} passed, {failures} failed, {flakes} flaky, {skipped.Count} skipped in {Minutes(took)}";
    }

    /// <summary>Every test in a line: outcome, seconds, project, name.</summary>
    public static IEnumerable<string> Table(IEnumerable<TestResult> results) =>
        results.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r => string.Create(
            CultureInfo.InvariantCulture, $"{r.Outcome}\t{r.Took.TotalSeconds:0.0}\t{r.Project}\t{r.Name.ReplaceLineEndings(" ")}"));

    public static IEnumerable<(string Name, double Seconds, int Count)> Classes(IEnumerable<TestResult> results) => results
        .GroupBy(r => r.Class).Select(c => (c.Key, c.Sum(r => r.Took.TotalSeconds), c.Count())).OrderByDescending(c => c.Item2);

    private static string Minutes(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}");

    private static string Cut(string line) => line.TrimEnd() is { Length: > 300 } more ? more[..300] + "…" : line.TrimEnd();
}
