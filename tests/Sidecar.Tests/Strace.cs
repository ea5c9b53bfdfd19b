using System.Text.RegularExpressions;

namespace ChatOps.Sidecar.Tests;

/// <summary>One system call of the program that is made to fail.</summary>
/// <param name="Nth">Which of the calls of that name, counted as strace counts them: for each thread from 1.</param>
internal sealed record Injection(string Call, string Error, int Nth)
{
    /// <summary>A full disk stays full; other faults happen once.</summary>
    public string Rule => $"inject={Call}:error={Error}:when={Nth}{(Error == "ENOSPC" ? "+" : "")}";
}

/// <summary>The real program under strace(1), which lists its system calls and makes chosen ones fail.</summary>
internal static partial class Strace
{
    private const string HowToGet = "strace is missing or may not trace here: run `make prerequisites`";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Skips where it cannot be had; with CI=true its absence fails.</summary>
    public static void Needs()
    {
        if (Archives.Age.AgeKey.Shell("strace -f -o /dev/null true 2>/dev/null").Code == 0)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(HowToGet);
        Assert.Skip(HowToGet);
    }

    /// <summary>Where each of these calls meets the directories of the home, by a run in which nothing fails; spread evenly.</summary>
    public static async Task<List<Injection>> PlanAsync(
        Home home, IEnumerable<(string Call, string Error)> faults, int each, params string[] arguments)
    {
        var wanted = faults.ToList();
        var calls = string.Join(',', wanted.Select(fault => '?' + fault.Call).Distinct());
        var (code, _, error, lines) = await RunAsync(home, [$"trace={calls}"], arguments);
        Assert.True(code == 0, error);
        var met = Ordinals(lines, home.Aside("."));
        return [.. wanted.Where(fault => met.ContainsKey(fault.Call)).SelectMany(fault => Spread(met[fault.Call], each)
            .Select(nth => new Injection(fault.Call, fault.Error, nth)))];
    }

    /// <summary>Runs it with the fault; null when the fault hit something of the runtime instead, which differs from run to run.</summary>
    public static async Task<(int Code, string Output, string Error)?> InjectAsync(
        Home home, Injection injection, params string[] arguments)
    {
        var (code, output, error, lines) = await RunAsync(home, [$"trace={injection.Call}", injection.Rule], arguments);
        var hit = lines.Where(line => line.Contains("(INJECTED)", StringComparison.Ordinal)).ToList();
        var root = Path.GetFullPath(home.Aside("."));
        return hit.Count > 0 && hit.All(line => line.Contains(root, StringComparison.Ordinal)) ? (code, output, error) : null;
    }

    private static async Task<(int Code, string Output, string Error, string[] Lines)> RunAsync(
        Home home, string[] rules, string[] arguments)
    {
        var trace = Path.GetTempFileName();
        try
        {
            using var process = Cli.StartUnder(
                ["strace", "-f", "-y", "--seccomp-bpf", "-o", trace, .. rules.SelectMany(rule => new[] { "-e", rule })], home, arguments);
            using var timer = new CancellationTokenSource(Longest);
            await using var stop = timer.Token.Register(process.Kill);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            Assert.False(timer.IsCancellationRequested, "it hung");
            return (process.ExitCode, output, await error, await File.ReadAllLinesAsync(trace, CancellationToken.None));
        }
        finally
        {
            File.Delete(trace);
        }
    }

    private static Dictionary<string, List<int>> Ordinals(string[] lines, string root)
    {
        var (path, counts, met) = (Path.GetFullPath(root), new Dictionary<(string, string), int>(), new Dictionary<string, List<int>>());
        foreach (var match in lines.Select(line => CallLine().Match(line)).Where(match => match.Success))
        {
            var (thread, call) = (match.Groups[1].Value, match.Groups[2].Value);
            var nth = counts[(thread, call)] = counts.GetValueOrDefault((thread, call)) + 1;
            if (!match.Value.Contains(path, StringComparison.Ordinal))
                continue;
            met.TryAdd(call, []);
            met[call].Add(nth);
        }
        return met;
    }

    private static IEnumerable<int> Spread(List<int> ordinals, int count) =>
        Enumerable.Range(0, count).Select(i => ordinals[(int)((long)i * (ordinals.Count - 1) / Math.Max(1, count - 1))]).Distinct();

    [GeneratedRegex("^([0-9]+) +([a-z0-9_]+)\\(.*$")]
    private static partial Regex CallLine();
}
