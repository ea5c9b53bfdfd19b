using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Changes;

public sealed class FailureLogTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n \r\n", "")]
    [InlineData("one\ntwo\r\n\nthree", "one|two|three")]
    [InlineData("\e[1;31merror\e[0m: no\tway", "error: no way")]
    [InlineData("\e[", "")]
    [InlineData("a\0b\u202Ec", "a\uFFFDb\uFFFDc")]
    public void The_lines_that_say_something_are_kept_as_they_show(string log, string lines) =>
        Assert.Equal(lines, string.Join('|', FailureLog.LastLines(log)));

    [Fact]
    public void Of_many_lines_the_last_are_kept_and_of_long_ones_the_start()
    {
        var lines = FailureLog.LastLines(string.Join('\n', Enumerable.Range(1, 100).Select(i => $"{i} {new string('x', 1000)}")));
        Assert.Equal(20, lines.Count);
        Assert.StartsWith("100 xxx", lines[^1], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(301, line.Length));
    }

    /// <summary>Containers of a pod, each NAME:STATE; the one whose log is read, with a minus for its run before.</summary>
    [Theory]
    [InlineData("app:crashed", "app-")]
    [InlineData("app:ended", "app")]
    [InlineData("app:runs", "app")]
    [InlineData("app:waits", null)]
    [InlineData("init:crashed app:waits", "init-")]
    [InlineData("init:done app:runs", "app")]
    [InlineData("sidecar:runs app:crashed", "app-")]
    [InlineData("sidecar:ready app:waits", null)]
    public void The_container_that_failed_is_read_before_one_that_only_is_not_ready(string containers, string? read)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p" },
            Status = new PodStatus { ContainerStatuses = [.. containers.Split(' ').Select(c => Container(c.Split(':')))] },
        };
        var origin = PodTrouble.Log([pod]);
        Assert.Equal(read, origin is null ? null : $"{origin.Container}{(origin.Previous ? "-" : "")}");
    }

    private static ContainerStatus Container(string[] words)
    {
        var failed = new TerminatedState { ExitCode = 1 };
        var waiting = new ContainerState { Waiting = new() { Reason = "CrashLoopBackOff" } };
        var status = new ContainerStatus { Name = words[0], Ready = words[1] is "ready" or "done" };
        return words[1] switch
        {
            "crashed" => status with { State = waiting, LastState = new() { Terminated = failed } },
            "ended" => status with { State = new() { Terminated = failed } },
            "done" => status with { State = new() { Terminated = new() } },
            "waits" => status with { State = new() { Waiting = new() } },
            _ => status with { State = new() { Running = new() } },
        };
    }
}
