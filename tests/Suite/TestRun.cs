using System.Diagnostics;

namespace ChatOps.Suite;

/// <summary>One test program from its start to its end: reads its reports, keeps all it prints, and ends it when a test hangs.</summary>
internal sealed class TestRun(TestProject project, SuiteOptions options)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly Reports _reports = new(project.Name);

    public TestProject Project => project;

    public TimeSpan Took { get; private set; }

    public IReadOnlyList<TestResult> Results => _reports.Results;

    public IReadOnlyList<(string Name, DateTimeOffset Began)> Running => _reports.Running;

    /// <summary>What is wrong with the program itself, whatever its tests came to.</summary>
    public string? Broken { get; private set; }

    /// <param name="log">The file that gets all it prints.</param>
    public async Task<TestRun> RunAsync(string log, params string[] arguments)
    {
        var began = TimeProvider.System.GetTimestamp();
        string[] how = ["-reporter", "json", "-noColor", "-noLogo", "-maxThreads", $"{project.Threads}"];
        var start = new ProcessStartInfo(project.Program(options.Root), [.. how, .. arguments])
        {
            WorkingDirectory = options.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in options.Variables) start.Environment[name] = value;
        await using var file = new StreamWriter(log);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput, file), ReadAsync(process.StandardError, file));
        await WatchAsync(process);
        // What a test left running may hold the pipes open for ever.
        var all = await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System)) == reading;
        _reports.End();
        Took = TimeProvider.System.GetElapsedTime(began);
        if (Broken is null && !_reports.IsComplete) Broken = $"it ended with {process.ExitCode} before its tests did; see {log}";
        if (Broken is null && !all) Broken = $"a program that its tests started is still there; see {log}";
        return this;
    }

    private async Task ReadAsync(StreamReader from, StreamWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            if (_reports.Read(line)) continue;
            lock (to) to.WriteLine(line);
        }
    }

    private async Task WatchAsync(Process process)
    {
        var ended = process.WaitForExitAsync();
        while (await Task.WhenAny(ended, Task.Delay(Look, TimeProvider.System)) != ended)
        {
            if (Running is not [var oldest, ..] || TimeProvider.System.GetUtcNow() - oldest.Began < options.Longest) continue;
            Broken = $"{oldest.Name} has run for {options.Longest.TotalMinutes:0} minutes";
            process.Kill(entireProcessTree: true);
        }
    }
}
