using ChatOps.Demo.Scripts;
using ChatOps.EndToEnd.Tests.Support;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The real bot goes the whole path with the rights the chart gives it, and asks for no other.</summary>
public sealed class BotWithItsRightsTests : IDisposable
{
    private readonly Helm _helm = new();

    public void Dispose() => _helm.Dispose();

    [Fact]
    public async Task The_whole_path_needs_no_right_that_the_chart_does_not_give()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small with { ReadyWithin = TimeSpan.FromSeconds(12) });
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));

        var transcript = new StringWriter();
        var script = await File.ReadAllLinesAsync(
            Path.Combine(AppContext.BaseDirectory, "Scripts", "whole-path.txt"), TestContext.Current.CancellationToken);
        var code = await ScriptRun.RunAsync(demo.Page, script, transcript, TestContext.Current.CancellationToken);
        TestContext.Current.AddAttachment("used", string.Join('\n', front.Passed));
        Assert.Empty(front.Refused);
        Assert.True(code == 0, transcript.ToString());
        Assert.Contains("patch statefulsets.apps", front.Passed);
    }
}
