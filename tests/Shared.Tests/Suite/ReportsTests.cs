using ChatOps.Suite;
using TestResult = ChatOps.Suite.TestResult;

namespace ChatOps.Shared.Tests.Suite;

/// <summary>The lines are those of xunit.v3 3.2 without the fields that nobody reads here.</summary>
public sealed class ReportsTests
{
    private const string Class = """{"$type":"test-class-starting","TestClassUniqueID":"c","TestClassName":"N.C"}""";
    private const string Method = """{"$type":"test-method-starting","TestMethodUniqueID":"m","MethodName":"M"}""";

    private const string Test = """{"$type":"test-starting","TestClassUniqueID":"c","TestMethodUniqueID":"m","TestUniqueID":"t","""
        + """ "StartTime":"2026-11-30T20:00:00+00:00","TestDisplayName":"N.C.M(i: 1)"}""";

    private const string Failed =
        """{"$type":"test-failed","TestUniqueID":"t","Messages":["out","in"],"StackTraces":["at A","at B"]}""";

    private const string Finished =
        """{"$type":"test-finished","TestUniqueID":"t","FinishTime":"2026-11-30T20:00:03+00:00","Output":"wrote this\n"}""";

    private const string Ended = """{"$type":"test-assembly-finished"}""";

    private readonly Reports _reports = new("P");

    [Fact]
    public void A_failure_keeps_what_was_said_and_written()
    {
        Read(Class, Method, Test, Failed, Finished, Ended);
        var result = Assert.Single(_reports.Results);
        Assert.Equal(new TestResult("P", "N.C", "N.C.M", "N.C.M(i: 1)", Outcome.Failed, TimeSpan.FromSeconds(3),
            "out\nin\nat A\nat B\nwrote this"), result);
        Assert.True(_reports.IsComplete);
    }

    [Theory]
    [InlineData("""{"$type":"test-passed","TestUniqueID":"t"}""", "", nameof(Outcome.Passed))]
    [InlineData("""{"$type":"test-skipped","TestUniqueID":"t","Reason":"no cluster"}""", "no cluster", nameof(Outcome.Skipped))]
    public void What_did_not_fail_says_nothing_but_why_it_was_skipped(string line, string said, string outcome)
    {
        Read(Class, Method, Test, line, Finished);
        var result = Assert.Single(_reports.Results);
        Assert.Equal((outcome, said), (result.Outcome.ToString(), result.Said));
    }

    [Fact]
    public void A_program_that_ends_in_the_middle_leaves_its_test_unfinished()
    {
        Read(Class, Method, Test);
        Assert.Equal("N.C.M(i: 1)", Assert.Single(_reports.Running).Name);
        _reports.End();
        Assert.Empty(_reports.Running);
        Assert.Equal(Outcome.Unfinished, Assert.Single(_reports.Results).Outcome);
        Assert.False(_reports.IsComplete);
    }

    [Fact]
    public void A_fixture_that_fails_in_its_end_is_a_failure_that_is_no_test()
    {
        Read(Class, """{"$type":"test-class-cleanup-failure","TestClassUniqueID":"c","Messages":["threw"],"StackTraces":["at A"]}""");
        var result = Assert.Single(_reports.Results);
        Assert.Equal(("", Outcome.Failed, "threw\nat A"), (result.Method, result.Outcome, result.Said));
    }

    [Fact]
    public void An_explicit_test_that_was_not_run_is_no_result()
    {
        Read(Class, Method, Test, """{"$type":"test-not-run","TestUniqueID":"t"}""", Finished);
        Assert.Empty(_reports.Results);
        Assert.Empty(_reports.Running);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{\"$type\":\"junk")]
    [InlineData("{\"level\":\"info\"}")]
    [InlineData("{\"$type\":1}")]
    [InlineData("}{")]
    [InlineData("")]
    public void Other_lines_are_no_reports_and_disturb_nothing(string line)
    {
        Read(Class, Method, Test);
        _reports.Read(line);
        Read(Failed, Finished);
        Assert.Single(_reports.Results);
    }

    [Fact]
    public void Colours_around_a_line_are_no_part_of_it() => Assert.True(_reports.Read($"\u001b[37m{Class}\u001b[0m"));

    private void Read(params string[] lines) => Assert.All(lines, line => Assert.True(_reports.Read(line)));
}
