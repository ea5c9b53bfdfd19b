using System.Diagnostics;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing;

/// <summary>A node script that talks in lines and ends when its standard input does, with us too.</summary>
internal sealed class NodeProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;

    private NodeProgram(Process process) => _process = process;

    public static bool Installed(params string[] packages) =>
        packages.All(package => Directory.Exists(Path.Combine([NodeParts.Root, "node_modules", .. package.Split('/')])))
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "node")));

    public static NodeProgram Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [script, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new(Process.Start(start) ?? throw new InvalidOperationException("node did not start"));
    }

    public async Task<string> LineAsync(Func<string, bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (condition(line)) return line;
        throw new InvalidOperationException("the node program ended without saying it");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
