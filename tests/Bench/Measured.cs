using System.Diagnostics;

namespace ChatOps.Bench;

/// <summary>One run of another program: how long it took and the most memory it held.</summary>
internal sealed record Measured(TimeSpan Time, long PeakBytes, string Output)
{
    public static async Task<Measured> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var exit = process.WaitForExitAsync();
        long peak = 0;
        while (!exit.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None));
        }
        clock.Stop();
        return process.ExitCode is 0 or 3
            ? new(clock.Elapsed, peak, await output)
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    /// <summary>
    /// VmHWM of /proc/PID/status: the kernel's own high-water mark, so that looking seldom misses nothing but the very end.
    /// </summary>
    private static long PeakOf(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
