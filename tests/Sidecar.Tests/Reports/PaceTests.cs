using System.Text.Json;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Runs;
using ChatOps.Testing;

namespace ChatOps.Sidecar.Tests.Reports;

public sealed class PaceTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_bar_shows_share_rate_and_time_left()
    {
        var pace = new Pace(_time);
        pace.Note(new(RunStep.Files, 1, 1_000_000_000, 0));
        await _time.AdvanceAsync(TimeSpan.FromSeconds(5));
        var progress = new RunProgress(RunStep.Files, 500_000_000, 1_000_000_000, 12);
        pace.Note(progress);
        Assert.Equal(
            "Files     [███████████████░░░░░░░░░░░░░░░]  50 %  500 MB of 1.0 GB, 100 MB/s, 5 s left, 12 files",
            TextReport.Bar(progress, pace));
    }

    [Theory]
    [InlineData(0.5, "1 s")]
    [InlineData(99, "99 s")]
    [InlineData(101, "2 min")]
    [InlineData(36000, "10.0 h")]
    public async Task Time_left_is_told_in_the_unit_people_use(double seconds, string told)
    {
        var pace = new Pace(_time);
        pace.Note(new(RunStep.Files, 1, 0, 0));
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        pace.Note(new(RunStep.Files, 1000, 1000 + (long)(seconds * 1000), 0));
        Assert.EndsWith($", {told} left", pace.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_gets_one_line_that_redraws_itself_and_is_gone_at_the_end()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var report = new TextReport(output, error, terminal: true, _time);
        for (var i = 1; i <= 3; i++)
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
            report.Progress(new(RunStep.Files, i * 100, 300, i));
        }
        report.Done("done", _ => { });
        Assert.Equal("done\n", output.ToString());
        Assert.Equal(4, error.ToString().Split("\r\e[K").Length - 1);
        Assert.DoesNotContain('\n', error.ToString());
        Assert.EndsWith("\r\e[K", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_rate_and_seconds_left_as_numbers()
    {
        var output = new StringWriter();
        var report = new JsonReport(output, _time);
        report.Progress(new(RunStep.Files, 1, 4000, 0));
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        report.Progress(new(RunStep.Files, 1000, 4000, 3));
        using var line = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal((1000, 3.0), (line.RootElement.GetProperty("bytesPerSecond").GetInt64(),
            line.RootElement.GetProperty("secondsLeft").GetDouble()));
    }
}
