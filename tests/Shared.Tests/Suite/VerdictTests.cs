using ChatOps.Suite;
using TestResult = ChatOps.Suite.TestResult;

namespace ChatOps.Shared.Tests.Suite;

public sealed class VerdictTests
{
    private static readonly HashSet<(string, string)> Nothing = [];

    [Theory]
    [InlineData("Passed, Skipped", 0, true)]
    [InlineData("Passed, Failed", 0, false)]
    [InlineData("Passed, Failed", 1, true)]
    [InlineData("Failed, Failed", 2, true)]
    [InlineData("Failed, Failed", 1, false)]
    [InlineData("Failed, Failed, Failed", 3, false)]
    [InlineData("Unfinished", 0, false)]
    public void Two_that_pass_alone_are_borne_and_no_more(string first, int passedAlone, bool passes)
    {
        var results = first.Split(", ").Select((outcome, i) => Result($"C.m{i}", Enum.Parse<Outcome>(outcome))).ToList();
        var alone = results.Where(r => r.IsBad).Take(passedAlone).Select(r => (r.Project, r.Method)).ToHashSet();
        var verdict = Verdict.Of(results, alone, []);
        Assert.Equal((passes, passedAlone), (verdict.Passes, verdict.Flaky.Count));
        Assert.Equal(results.Count(r => r.IsBad) - passedAlone, verdict.Failed.Count);
    }

    [Fact]
    public void A_program_that_broke_fails_the_run_whatever_its_tests_came_to() =>
        Assert.False(Verdict.Of([Result("C.m", Outcome.Passed)], Nothing, ["it crashed"]).Passes);

    [Fact]
    public void What_is_no_test_cannot_be_run_again_and_fails_the_run()
    {
        TestResult[] results = [Result("", Outcome.Failed)];
        Assert.Empty(Verdict.Again(results));
        Assert.False(Verdict.Of(results, Nothing, []).Passes);
    }

    [Fact]
    public void The_rows_of_a_theory_are_run_again_once_and_together()
    {
        TestResult[] results = [Result("C.m", Outcome.Failed), Result("C.m", Outcome.Failed), Result("C.n", Outcome.Passed)];
        Assert.Equal("C.m", Assert.Single(Verdict.Again(results)).Method);
        Assert.Single(Verdict.Of(results, new HashSet<(string, string)> { ("P", "C.m") }, []).Flaky);
    }

    [Fact]
    public void Where_much_fails_nothing_is_run_again()
    {
        var many = Enumerable.Range(0, Verdict.MostAgain + 1).Select(i => Result($"C.m{i}", Outcome.Failed)).ToList();
        Assert.Empty(Verdict.Again(many));
        Assert.Equal(Verdict.MostAgain, Verdict.Again(many.Skip(1)).Count);
    }

    private static TestResult Result(string method, Outcome outcome) =>
        new("P", "C", method, $"{method}()", outcome, TimeSpan.FromSeconds(1));
}
