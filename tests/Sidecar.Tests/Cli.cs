using System.Diagnostics;

namespace ChatOps.Sidecar.Tests;

/// <summary>
/// The program as people start it: its own process, the test's home, store and scratch. It is the one of the image where
/// <c>CHATOPS_PROGRAMS</c> names the folder it was published to, else the one that was built.
/// </summary>
internal static class Cli
{
    private static readonly string Program = Environment.GetEnvironmentVariable("CHATOPS_PROGRAMS") is { Length: > 0 } published
        ? Path.Combine(published, "sidecar", "sidecar")
        : Path.Combine(AppContext.BaseDirectory, "sidecar");

    public static Process Start(Home home, params string[] arguments) => Start(home, new Dictionary<string, string?>(), arguments);

    /// <param name="variables">Besides the usual ones; null takes one away.</param>
    public static Process Start(Home home, IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        Launch(home, variables, [Program, .. arguments]);

    /// <summary>The program under another that starts it, such as strace.</summary>
    public static Process StartUnder(IEnumerable<string> other, Home home, params string[] arguments) =>
        Launch(home, new Dictionary<string, string?>(), [.. other, Program, .. arguments]);

    private static Process Launch(Home home, IReadOnlyDictionary<string, string?> variables, IReadOnlyList<string> line)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SIDECAR_HOME"] = home.Root;
        start.Environment["SIDECAR_STORE"] = home.Store;
        start.Environment["SIDECAR_SCRATCH"] = home.Scratch;
        start.Environment["SIDECAR_TARGET"] = "ghostwire";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static Task<(int Code, string Output, string Error)> RunAsync(Home home, params string[] arguments) =>
        RunAsync(home, new Dictionary<string, string?>(), arguments);

    public static async Task<(int Code, string Output, string Error)> RunAsync(
        Home home, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        using var process = Start(home, variables, arguments);
        return await EndAsync(process);
    }

    /// <summary>As <see cref="StartUnder"/>, to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunUnderAsync(
        IEnumerable<string> other, Home home, params string[] arguments)
    {
        using var process = StartUnder(other, home, arguments);
        return await EndAsync(process);
    }

    private static async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
