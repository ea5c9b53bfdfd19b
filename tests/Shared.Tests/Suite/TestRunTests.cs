using System.Runtime.Versioning;
using ChatOps.Suite;

namespace ChatOps.Shared.Tests.Suite;

/// <summary>Programs that do not do what test programs should, played by a shell.</summary>
[SupportedOSPlatform("linux")]
public sealed class TestRunTests : IDisposable
{
    private const string Begun = """
        echo '{"$type":"test-class-starting","TestClassUniqueID":"c","TestClassName":"N.C"}'
        echo '{"$type":"test-method-starting","TestMethodUniqueID":"m","MethodName":"M"}'
        echo '{"$type":"test-starting","TestClassUniqueID":"c","TestMethodUniqueID":"m","TestUniqueID":"t",
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("suite-test-").FullName;

    private readonly TestProject _project = new("P");

    private string Log => Path.Combine(_root, "log");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task One_that_crashes_is_broken_and_its_test_unfinished()
    {
        var run = await RunAsync($"{Started(TimeProvider.System.GetUtcNow())}; echo bye >&2; exit 134");
        Assert.StartsWith("it ended with 134 before its tests did", run.Broken, StringComparison.Ordinal);
        Assert.Equal(("N.C.M", Outcome.Unfinished), (Assert.Single(run.Results).Method, run.Results[0].Outcome));
        Assert.Contains("bye", await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_test_hangs_is_ended_with_all_it_started_and_the_test_is_named()
    {
        var run = await RunAsync($"{Started(TimeProvider.System.GetUtcNow().AddHours(-1))}; sleep 1000 & wait");
        Assert.Equal("the test has run for 10 minutes", run.Broken);
        Assert.Equal(Outcome.Unfinished, Assert.Single(run.Results).Outcome);
    }

    [Fact]
    public async Task One_that_says_nothing_at_all_is_broken() =>
        Assert.StartsWith("it ended with 0 before its tests did", (await RunAsync("exit 0")).Broken, StringComparison.Ordinal);

    [Fact]
    public async Task One_that_tells_its_end_is_not_though_a_test_failed() =>
        Assert.Null((await RunAsync("echo '{\"$type\":\"test-assembly-finished\"}'; exit 1")).Broken);

    [Fact]
    public async Task It_is_told_the_seed_and_how_many_tests_may_run_at_a_time()
    {
        await RunAsync("echo \"$CHATOPS_SEED $*\"");
        var said = await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken);
        Assert.Equal("7 -reporter json -noColor -noLogo -maxThreads 2 -class C\n", said);
    }

    private static string Started(DateTimeOffset at) => $$"""{{Begun}}"StartTime":"{{at:O}}","TestDisplayName":"the test"}'""";

    private Task<TestRun> RunAsync(string script)
    {
        var program = _project.Program(_root);
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new TestRun(_project, new SuiteOptions(_root, 7, null, null, [])).RunAsync(Log, "-class", "C");
    }
}
