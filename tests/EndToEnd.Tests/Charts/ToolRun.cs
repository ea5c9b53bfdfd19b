using System.Diagnostics;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>What one run of a program said.</summary>
internal sealed record ToolRun(int Code, string Output, string Errors)
{
    /// <summary>To its end, three minutes at most unless more is given.</summary>
    public static async Task<ToolRun> OfAsync(
        string program, IEnumerable<string> arguments, string input = "", IEnumerable<(string Name, string Value)>? environment = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ending.CancelAfter(limit ?? TimeSpan.FromMinutes(3));
        try
        {
            var (output, errors) = (
                process.StandardOutput.ReadToEndAsync(ending.Token), process.StandardError.ReadToEndAsync(ending.Token));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ending.Token);
            return new(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
