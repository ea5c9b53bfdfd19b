using System.Diagnostics;

namespace ChatOps.Testing.Cluster;

/// <summary>What one run of kubectl said.</summary>
public sealed record KubectlResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Everything it printed, for assertions that do not care where.</summary>
    public string All => Output + Errors;
}

/// <summary>Runs the real kubectl against one cluster, with a discovery cache of its own.</summary>
public sealed class Kubectl(string program, string kubeconfig, string cache)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>Runs to the end; three minutes are the longest any command in a test may take.</summary>
    public async Task<KubectlResult> RunAsync(string arguments, string? input = null)
    {
        using var process = Start(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest);
            return new(process.ExitCode, await output, await errors);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {arguments}: not within {Longest.TotalSeconds} s; it said: {await output}{await errors}");
        }
    }

    /// <summary>Runs and gives the output; a failure throws with what kubectl said.</summary>
    public async Task<string> OkAsync(string arguments, string? input = null)
    {
        var result = await RunAsync(arguments, input);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"kubectl {arguments}: {result.All}");
    }

    public Task<string> ApplyAsync(string yaml, string ns = "default") => OkAsync($"apply -n {ns} -f -", yaml);

    /// <summary>A command that goes on, such as a watch; the caller reads its output and disposes it.</summary>
    public KubectlStream Follow(string arguments) => new(Start(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private Process Start(IEnumerable<string> arguments)
    {
        var start =
            new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // It is short-lived: a thread is enough, and costs a quarter less than one for each core.
        start.Environment["GOMAXPROCS"] = "1";
        start.ArgumentList.Add($"--kubeconfig={kubeconfig}");
        start.ArgumentList.Add($"--cache-dir={cache}");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}

/// <summary>A running kubectl whose lines are read as they come.</summary>
public sealed class KubectlStream(Process process) : IDisposable
{
    /// <summary>The first line for which this holds; the end of the output or two minutes without it throw.</summary>
    public async Task<string> LineAsync(Func<string, bool> matches)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (matches(line))
                return line;
        throw new InvalidOperationException($"kubectl ended: {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
